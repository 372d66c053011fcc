import { createTask, DatagramProtocol, type DatagramTransport, getRunningLoop, isCancelled, Queue, sleep, timeout } from "../../mod.ts";
import { DatagramInbox } from "../../src/net/datagram_transport.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { bytes, runQuietly, text } from "./_support.ts";

class Peer extends DatagramProtocol {
  readonly events = new Queue<string>();
  lost = 0;

  override datagramReceived(data: Uint8Array): void {
    this.events.putNowait(text(data));
  }

  override connectionLost(error: Error | null): void {
    assert.equal(error, null);
    this.lost++;
    this.events.putNowait("lost");
  }
}

const LOCAL = { host: "127.0.0.1", port: 0 };

async function pair() {
  const loop = getRunningLoop();
  const [st, server] = await loop.createDatagramEndpoint(() => new Peer(), { localAddr: LOCAL });
  const remoteAddr = st.getExtraInfo("sockname");
  const [ct, client] = await loop.createDatagramEndpoint(() => new Peer(), { remoteAddr });
  return { st, server, ct, client, remoteAddr };
}

function next(peer: Peer): Promise<string> {
  return timeout(10_000, () => peer.events.get());
}

async function closeBoth(...ends: readonly (readonly [DatagramTransport, Peer])[]): Promise<void> {
  for (const [transport, peer] of ends) {
    transport.close();
    assert.equal(await next(peer), "lost");
    assert.equal(peer.lost, 1);
  }
}

// What endpoints do is checked by checkDatagrams, on every host (tests/adapters/conformance_test.ts).

describe("createDatagramEndpoint", () => {
  it("refuses what cannot be right at the call, and ignores what is sent after close", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const { st, server, ct, client, remoteAddr } = await pair();
      assert.throws(() => st.sendTo("x"), TypeError);
      assert.throws(() => ct.sendTo("x", { host: "127.0.0.1", port: 9 }), RangeError);
      assert.throws(() => ct.sendTo(5 as never), TypeError);
      assert.throws(() => st.sendTo("x", { host: "127.0.0.1", port: 0 }), RangeError);
      assert.throws(() => loop.createDatagramEndpoint(() => new Peer(), {}), RangeError);
      ct.sendTo("same", { host: remoteAddr.host, port: remoteAddr.port });
      assert.equal(await next(server), "same");
      await closeBoth([ct, client], [st, server]);
      ct.sendTo(bytes("late"));
      assert.equal(ct.getWriteBufferSize(), 0);
    }));

  it("leaves nothing open when it is cancelled", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      let made = 0;
      const task = createTask(() =>
        loop.createDatagramEndpoint(() => {
          made++;
          return new Peer();
        }, { localAddr: LOCAL })
      );
      await sleep(0);
      task.cancel();
      await assert.rejects(async () => await task, isCancelled);
      assert.deepEqual([made, loop._open.size], [0, 0]);
    }));
});

describe("what arrives while nobody takes it", () => {
  it("is bounded: what comes when it is full is dropped, and there is room again once something was taken", () => {
    const inbox = new DatagramInbox();
    const from = { host: "127.0.0.1", port: 9, family: "IPv4" } as const;
    for (let i = 0; i < 1000; i++) inbox.onMessage(new Uint8Array(1016), from);
    let taken = 0;
    inbox.attach(() => taken++);
    assert.equal(taken, 256);
    inbox.onMessage(new Uint8Array(1016), from);
    assert.equal(taken, 256);
    inbox.take();
    inbox.onMessage(new Uint8Array(1016), from);
    assert.equal(taken, 257);
    for (let i = 0; i < 256; i++) assert.ok(inbox.take() !== undefined);
    assert.equal(inbox.take(), undefined);
  });
});
