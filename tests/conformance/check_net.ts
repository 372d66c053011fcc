/**
 * What every NetDriver must do, as far as it cannot be seen through transports: for the rest there are `checkTransport` and `checkStreams`
 * (tests/adapters/conformance_test.ts).
 */

import type { NetDriver, SocketHandle } from "../../src/runtime/net_driver.ts";
import type { TransportFeature } from "../../src/testing/mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { checkAttempts, type ForeignPeer } from "./check_net_attempts.ts";
import { ascii, barrier, connect, listen, pair, pattern, Recorder, Turned } from "./net_peer.ts";

const MEBIBYTE = 1 << 20;

/** The part of it that knows no addresses, for both ends: for connections over whatever there is. Peers that reset are left out. */
export function checkConnections(name: string, make: () => NetDriver): void {
  checkEnds(name, make, ["reset"]);
}

/** The suite. `make` gives a driver, of whose flags "reset" counts, `peer` what a driver cannot make itself: peers that reset, that never accept. */
export function checkNet(name: string, make: () => NetDriver, lacks: readonly TransportFeature[], peer: ForeignPeer): void {
  checkAttempts(name, make, peer);
  checkEnds(name, make, lacks);
  checkResets(name, make, peer);
}

function checkEnds(name: string, make: () => NetDriver, lacks: readonly TransportFeature[]): void {
  for (const [who, makeIt] of [[name, make], [`${name}, turned around`, () => new Turned(make())]] as const) {
    checkReading(who, makeIt);
    checkWriting(who, makeIt);
    checkClosing(who, makeIt, lacks);
  }
}

/** Starts both ends. */
async function startedPair(net: NetDriver, onServerData?: (server: SocketHandle, chunk: Uint8Array) => void) {
  const { client, server } = await pair(net);
  const atClient = new Recorder();
  const atServer = new Recorder((chunk) => onServerData?.(server, chunk));
  client.start(atClient);
  server.start(atServer);
  return { client, server, atClient, atServer };
}

/** Closes both ends and waits until both have said so. */
async function closeAll(...ends: readonly (readonly [SocketHandle, Recorder])[]): Promise<void> {
  for (const [socket] of ends) socket.close();
  await Promise.all(ends.map(([, recorder]) => recorder.untilClosed()));
}

function checkReading(name: string, make: () => NetDriver): void {
  describe(`${name}: reading`, () => {
    it("gives the bytes of the peer, in order, as plain Uint8Arrays", async () => {
      const { client, server, atClient, atServer } = await startedPair(make());
      for (const word of ["one ", "two ", "three"]) client.write(ascii(word));
      await atServer.until(() => atServer.received === 13);
      assert.equal(atServer.text(), "one two three");
      assert.ok(atServer.chunks.every((chunk) => Object.getPrototypeOf(chunk) === Uint8Array.prototype));
      await closeAll([client, atClient], [server, atServer]);
    });

    it("gives the memory of a chunk away for good: it may be sent to a thread, at any time, and nothing that follows is lost", async () => {
      const received: number[] = [];
      const { client, server, atClient, atServer } = await startedPair(make(), (_, chunk) => {
        received.push(...chunk);
        structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] });
      });
      const expected: number[] = [];
      for (const length of [300, 300, 700, 3000, 700, 300, 1, 300]) {
        for (let i = 0; i < 4; i++) {
          const data = pattern(length);
          expected.push(...data);
          client.write(data);
          await atServer.until(() => received.length === expected.length);
        }
      }
      assert.deepEqual(received, expected);
      await closeAll([client, atClient], [server, atServer]);
    });

    it("reads again into chunks that come back, if it reads into memory of ours", async () => {
      const { client, server } = await pair(make());
      const atClient = new Recorder();
      client.start(atClient);
      const memory = new Set<ArrayBufferLike>();
      const seen: number[] = [];
      const borrower = Object.assign(
        new Recorder((chunk) => {
          memory.add(chunk.buffer);
          seen.push(...chunk);
          queueMicrotask(() => server.giveBack?.(chunk));
        }),
        { borrows: true },
      );
      server.start(borrower);
      for (let i = 1; i <= 50; i++) {
        client.write(new Uint8Array(100).fill(i));
        await borrower.until(() => borrower.received === 100 * i);
      }
      assert.deepEqual(seen, Array.from({ length: 5000 }, (_, i) => 1 + Math.floor(i / 100)));
      if (server.giveBack !== undefined) assert.ok(memory.size <= 2, `${memory.size} buffers`);
      await closeAll([client, atClient], [server, borrower]);
    });

    it("keeps what arrives before start, with the end of stream, and gives it later", async () => {
      const net = make();
      const { client, server } = await pair(net);
      const atClient = new Recorder();
      client.start(atClient);
      client.write(ascii("early"));
      client.closeWrite();
      await atClient.until(() => atClient.written === 5);
      await barrier(net);
      const atServer = new Recorder();
      atServer.inside(() => server.start(atServer));
      await atServer.until(() => atServer.ended);
      assert.equal(atServer.text(), "early");
      assert.deepEqual(atServer.trace, ["data", "end"]);
      assert.equal(atServer.reentered, false);
      await closeAll([client, atClient], [server, atServer]);
    });

    it("gives at most one chunk after a pause, and nothing is lost", async () => {
      const net = make();
      const { client, server, atClient, atServer } = await startedPair(net);
      const data = pattern(3 * MEBIBYTE);
      client.write(data);
      await atServer.until(() => atServer.received > 0);
      for (let round = 0; round < 3; round++) {
        server.pause();
        const before = atServer.chunks.length;
        await barrier(net);
        assert.ok(atServer.chunks.length <= before + 1);
        const { received } = atServer;
        atServer.inside(() => server.resume());
        await atServer.until(() => atServer.received > received || received === data.length);
      }
      await atServer.until(() => atServer.received === data.length);
      assert.deepEqual(atServer.bytes(), data);
      assert.equal(atServer.reentered, false);
      await closeAll([client, atClient], [server, atServer]);
    });

    it("holds the end of stream back while paused", async () => {
      const net = make();
      const { client, server, atClient, atServer } = await startedPair(net);
      server.pause();
      client.write(ascii("last words"));
      client.closeWrite();
      await barrier(net);
      assert.equal(atServer.ended, false);
      server.resume();
      await atServer.until(() => atServer.ended);
      assert.equal(atServer.text(), "last words");
      await closeAll([client, atClient], [server, atServer]);
    });

    it("can be paused before start, inside an event, and many times in a row", async () => {
      const net = make();
      const { client, server } = await pair(net);
      const atClient = new Recorder();
      client.start(atClient);
      server.pause();
      const atServer = new Recorder(() => server.pause());
      server.start(atServer);
      const data = pattern(600_000);
      client.write(data);
      await barrier(net);
      assert.equal(atServer.received, 0);
      while (atServer.received < data.length) {
        const { received } = atServer;
        for (const act of [server.resume, server.pause, server.pause, server.resume, server.resume]) act.call(server);
        await atServer.until(() => atServer.received > received);
      }
      assert.deepEqual(atServer.bytes(), data);
      await closeAll([client, atClient], [server, atServer]);
    });

    it("goes on after this side's end of stream, and writing after the peer's", async () => {
      const { client, server, atClient, atServer } = await startedPair(make());
      client.write(ascii("question"));
      client.closeWrite();
      await atServer.until(() => atServer.ended);
      assert.equal(atServer.closed, false);
      server.write(ascii("an"));
      server.write(ascii("swer"));
      await atClient.until(() => atClient.received === 6);
      assert.equal(atClient.closed, false);
      server.closeWrite();
      await Promise.all([atClient.untilClosed(), atServer.untilClosed()]);
      assert.equal(atClient.text(), "answer");
      assert.deepEqual(atClient.trace.filter((event) => event !== "written"), ["data", "end", "close"]);
      assert.deepEqual(atServer.trace.filter((event) => event !== "written"), ["data", "end", "close"]);
      assert.deepEqual([atClient.error, atServer.error], [null, null]);
    });
  });
}

function checkWriting(name: string, make: () => NetDriver): void {
  describe(`${name}: writing`, () => {
    it("sends 64 MiB given as one chunk, and counts all of it as written", async () => {
      const { client, server, atClient, atServer } = await startedPair(make());
      const data = pattern(64 * MEBIBYTE);
      atClient.inside(() => client.write(data));
      client.closeWrite();
      await atServer.until(() => atServer.ended);
      await atClient.until(() => atClient.written === data.length);
      assert.equal(atServer.received, data.length);
      assert.ok(sameBytes(atServer.bytes(), data));
      assert.equal(atClient.reentered, false);
      await closeAll([client, atClient], [server, atServer]);
    });

    it("sends 10,000 chunks of one byte, in order", async () => {
      const { client, server, atClient, atServer } = await startedPair(make());
      const data = pattern(10_000);
      atClient.inside(() => {
        for (let i = 0; i < data.length; i++) client.write(data.subarray(i, i + 1));
      });
      await atServer.until(() => atServer.received === data.length);
      await atClient.until(() => atClient.written === data.length);
      assert.deepEqual(atServer.bytes(), data);
      assert.equal(atClient.reentered, false);
      await closeAll([client, atClient], [server, atServer]);
    });

    it("leaves the memory of a chunk alone once it says so: after write has returned, or after it was written", async () => {
      const { client, server, atClient, atServer } = await startedPair(make());
      server.pause(); // so that the host cannot take all at once
      const data = pattern(8 * MEBIBYTE);
      const used: { readonly chunk: Uint8Array; readonly end: number }[] = [];
      const free = (): void => {
        while (used.length > 0 && atClient.written >= used[0]!.end) used.shift()!.chunk.fill(0);
      };
      for (let at = 0; at < data.length; at += 50_021) {
        const chunk = data.slice(at, at + 50_021);
        client.write(chunk);
        if (client.writeMemory === "copied") chunk.fill(0);
        else if (client.writeMemory === "borrowed") used.push({ chunk, end: at + chunk.length });
        free();
      }
      server.resume();
      await atServer.until(() => (free(), atServer.received === data.length));
      assert.ok(sameBytes(atServer.bytes(), data));
      await closeAll([client, atClient], [server, atServer]);
    });

    it("keeps the order of chunks of all sizes, empty ones too", async () => {
      const { client, server, atClient, atServer } = await startedPair(make());
      const data = pattern(2 * MEBIBYTE);
      let at = 0;
      for (let size = 0; at < data.length; size = (size * 7 + 13) % 50_021) {
        client.write(data.subarray(at, at + size));
        at += size;
      }
      client.write(new Uint8Array(0));
      client.closeWrite();
      await atServer.until(() => atServer.ended);
      assert.ok(sameBytes(atServer.bytes(), data));
      await atClient.until(() => atClient.written === data.length);
      await closeAll([client, atClient], [server, atServer]);
    });

    it("does not count as written what the host has not taken", async () => {
      const net = make();
      const { client, server } = await pair(net);
      const atClient = new Recorder();
      client.start(atClient);
      const total = 64 * MEBIBYTE; // more than the system keeps for a reader that does not read
      for (let i = 0; i < 64; i++) client.write(new Uint8Array(MEBIBYTE));
      await barrier(net);
      assert.ok(atClient.written < total);
      const atServer = new Recorder();
      server.start(atServer);
      await atServer.until(() => atServer.received === total);
      await atClient.until(() => atClient.written === total);
      await closeAll([client, atClient], [server, atServer]);
    });

    it("carries 500 connections at once", async () => {
      const net = make();
      const { address, accepted, close } = await listen(net);
      const serve = async (): Promise<void> => {
        const socket = await accepted();
        const recorder = new Recorder((chunk) => socket.write(chunk));
        socket.start(recorder);
        await recorder.until(() => recorder.ended);
        socket.closeWrite();
        await recorder.untilClosed();
        assert.equal(recorder.error, null);
      };
      const ask = async (i: number): Promise<void> => {
        const socket = await connect(net, address.port);
        const recorder = new Recorder();
        socket.start(recorder);
        for (let round = 1; round <= 3; round++) {
          socket.write(ascii(`client ${String(i).padStart(3, "0")};`));
          await recorder.until(() => recorder.received === 11 * round);
        }
        socket.closeWrite();
        await recorder.untilClosed();
        assert.equal(recorder.text(), `client ${String(i).padStart(3, "0")};`.repeat(3));
        assert.equal(recorder.error, null);
      };
      await Promise.all(Array.from({ length: 500 }, (_, i) => [serve(), ask(i)]).flat());
      await close();
    });
  });
}

function checkClosing(name: string, make: () => NetDriver, lacks: readonly TransportFeature[]): void {
  describe(`${name}: closing`, () => {
    it("is told once, later, with null, however often it is asked for, and is the last that is told", async () => {
      const { client, server, atClient, atServer } = await startedPair(make());
      atClient.inside(() => {
        client.close();
        client.close(true);
        client.close();
      });
      await Promise.all([atClient.untilClosed(), atServer.until(() => atServer.ended)]);
      client.close();
      for (const act of [client.pause, client.resume, client.closeWrite]) act.call(client);
      client.write(ascii("ignored"));
      await closeAll([server, atServer]);
      await barrier(make());
      assert.deepEqual(atClient.trace, ["close"]);
      assert.equal(atClient.error, null);
      assert.equal(atClient.reentered, false);
    });

    it("drops what is queued, and tells nothing of it any more", async () => {
      const net = make();
      const { client, server, atServer } = await startedPair(net);
      server.pause();
      const atClient = new Recorder();
      client.start(atClient);
      client.write(new Uint8Array(64 * MEBIBYTE));
      await barrier(net);
      const { written } = atClient;
      client.close();
      await atClient.untilClosed();
      assert.equal(atClient.written, written);
      assert.ok(written < 64 * MEBIBYTE);
      assert.deepEqual([atClient.trace.at(-1), atClient.error], ["close", null]);
      server.resume();
      await atServer.until(() => atServer.ended || atServer.closed);
      assert.ok(atServer.received < 64 * MEBIBYTE);
      await closeAll([server, atServer]);
    });

    it("stops what is being read, at once", async () => {
      const net = make();
      const { client, server } = await pair(net);
      const atServer = new Recorder(() => server.close());
      server.start(atServer);
      const atClient = new Recorder();
      client.start(atClient);
      client.write(new Uint8Array(4 * MEBIBYTE));
      await atServer.untilClosed();
      await barrier(net);
      assert.equal(atServer.chunks.length, 1);
      assert.deepEqual(atServer.trace, ["data", "close"]);
      assert.equal(atServer.error, null);
      await closeAll([client, atClient]);
    });

    it("works inside onEnd, and before start", async () => {
      const { client, server } = await pair(make());
      const atServer = new (class extends Recorder {
        override onEnd(): void {
          super.onEnd();
          server.close();
        }
      })();
      server.start(atServer);
      client.close();
      await atServer.untilClosed();
      assert.deepEqual(atServer.trace, ["end", "close"]);
      const atClient = new Recorder();
      atClient.inside(() => client.start(atClient));
      await atClient.untilClosed();
      assert.deepEqual(atClient.trace, ["close"]);
      assert.deepEqual([atClient.error, atClient.reentered], [null, false]);
    });

    it("of a socket that was never started frees it", async () => {
      const { client, server } = await pair(make());
      server.close();
      const atClient = new Recorder();
      client.start(atClient);
      await atClient.until(() => atClient.ended);
      await closeAll([client, atClient]);
    });

    it(
      !lacks.includes("reset")
        ? "with reset drops the connection: the peer gets ConnectionResetError"
        : "with reset only closes: the peer gets an end",
      async () => {
        const { client, server, atClient, atServer } = await startedPair(make());
        client.close(true);
        await Promise.all([atClient.untilClosed(), atServer.until(() => atServer.ended || atServer.closed)]);
        assert.equal(atClient.error, null);
        if (!lacks.includes("reset")) assert.equal(atServer.error?.name, "ConnectionResetError");
        else assert.deepEqual([atServer.ended, atServer.error], [true, null]);
        await closeAll([server, atServer]);
      },
    );
  });
}

function checkResets(name: string, make: () => NetDriver, peer: ForeignPeer): void {
  describe(`${name}: closing`, () => {
    it("by the peer's reset is told with an error of ours, once and last, without an end", async () => {
      const net = make();
      const resetter = await peer.listenAndReset();
      const socket = await connect(net, resetter.port);
      const recorder = new Recorder();
      socket.start(recorder);
      socket.write(ascii("reset me"));
      await recorder.untilClosed();
      resetter.close();
      await barrier(net);
      assert.deepEqual(recorder.trace.filter((event) => event !== "written"), ["close"]);
      assert.equal(recorder.error?.name, "ConnectionResetError");
      assert.equal((recorder.error as { code?: string }).code, "ECONNRESET");
      assert.match(recorder.error.message, /^Cannot go on with the connection: the peer reset the connection \(ECONNRESET\)$/);
      assert.ok(recorder.error.cause instanceof Error);
      socket.close();
    });

    it("by the peer's reset while this side writes is told with an error of ours, once and last", async () => {
      const net = make();
      const resetter = await peer.listenAndReset();
      const socket = await connect(net, resetter.port);
      const recorder = new Recorder();
      socket.start(recorder);
      for (let i = 0; i < 64; i++) socket.write(new Uint8Array(MEBIBYTE));
      await recorder.untilClosed();
      resetter.close();
      await barrier(net);
      assert.equal(recorder.trace.filter((event) => event === "close").length, 1);
      assert.equal(recorder.trace.at(-1), "close");
      assert.match(recorder.error!.name, /^(ConnectionResetError|BrokenPipeError)$/);
      assert.ok(recorder.error!.cause instanceof Error);
      assert.ok(recorder.written < 64 * MEBIBYTE);
    });

    it("by the peer's reset is told as such when this side has ended its stream after it", async () => {
      const net = make();
      const resetter = await peer.listenAndReset();
      const socket = await connect(net, resetter.port);
      const recorder = new Recorder();
      socket.pause();
      socket.start(recorder);
      socket.write(ascii("reset me"));
      await barrier(net);
      socket.closeWrite();
      await barrier(net);
      socket.resume();
      await recorder.untilClosed();
      resetter.close();
      assert.equal(recorder.error?.name, "ConnectionResetError");
      assert.equal(recorder.ended, false);
    });

    it("by the peer's reset before start is kept, and told after start", async () => {
      const net = make();
      const resetter = await peer.listenAndReset();
      const socket = await connect(net, resetter.port);
      socket.write(ascii("reset me"));
      await barrier(net);
      const recorder = new Recorder();
      recorder.inside(() => socket.start(recorder));
      await recorder.untilClosed();
      resetter.close();
      assert.equal(recorder.error?.name, "ConnectionResetError");
      assert.equal(recorder.reentered, false);
    });
  });
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
