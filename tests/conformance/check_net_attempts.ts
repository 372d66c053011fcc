/** What every NetDriver must do while it connects, listens and resolves names. A part of check_net.ts. */

import { AddressInfoError, ConnectionRefusedError, OSError } from "../../src/errors.ts";
import type { Abandon, ListenerHandle, NetDriver, ServiceName, SocketHandle } from "../../src/runtime/net_driver.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { barrier, connect, listen, LOOPBACK, pair, Recorder, unusedPort } from "./net_peer.ts";

/** What no driver can make: peers that misbehave. */
export interface ForeignPeer {
  /** Resets each connection when it has got a byte. */
  listenAndReset(): Promise<{ readonly port: number; close(): void }>;
  /** Connects and resets at once; resolves when that is done. */
  connectAndReset(port: number): Promise<void>;
  /** Listens with the smallest backlog on a port, and never accepts. */
  listenDeaf(port: number): Promise<{ close(): Promise<void> }>;
}

/** A name that the resolver refuses without asking anybody: its first part is too long. */
const UNKNOWN = `${"a".repeat(64)}.invalid`;
/** More attempts than any host's backlog takes. */
const MANY = 1200;

/** The suite. */
export function checkAttempts(name: string, make: () => NetDriver, peer: ForeignPeer): void {
  checkConnect(name, make, peer);
  checkListen(name, make, peer);
  checkLookup(name, make);
}

/** Something that must not be called. */
function never(what: string): () => void {
  return () => {
    throw new Error(`${what} was called`);
  };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

function checkConnect(name: string, make: () => NetDriver, peer: ForeignPeer): void {
  describe(`${name}: connect`, () => {
    it("gives two ends that agree on their addresses", async () => {
      const { client, server, listening } = await pair(make());
      assert.deepEqual(client.remoteAddress, listening.address);
      assert.deepEqual(server.localAddress, listening.address);
      assert.deepEqual(server.remoteAddress, client.localAddress);
      assert.deepEqual(Object.keys(client.localAddress).sort(), ["family", "host", "port"]);
      assert.equal((client.localAddress as { family: string }).family, "IPv4");
      assert.ok(client.native !== undefined && listening.listener.native !== undefined);
      client.close();
      server.close();
      assert.deepEqual(client.remoteAddress, listening.address);
    });

    it("tells its outcome later, never during the call", async () => {
      const net = make();
      const { address, accepted, close } = await listen(net);
      let inside = true;
      const socket = await new Promise<SocketHandle>((resolve) => {
        net.connect({ host: LOOPBACK, port: address.port }, (_error, socket) => {
          assert.equal(inside, false);
          resolve(socket!);
        });
        inside = false;
      });
      socket.close();
      (await accepted()).close();
      await close();
    });

    it("resolves names", async () => {
      const net = make();
      const { address, accepted, close } = await listen(net);
      const socket = await new Promise<SocketHandle>((resolve, reject) => {
        net.connect(
          { host: "localhost", port: address.port, family: "IPv4" },
          (error, socket) => error === null ? resolve(socket!) : reject(error),
        );
      });
      assert.deepEqual(socket.remoteAddress, address);
      socket.close();
      (await accepted()).close();
      await close();
    });

    it("fails for a name that nobody knows", async () => {
      const net = make();
      const error = await rejection(
        new Promise((resolve, reject) => {
          net.connect({ host: UNKNOWN, port: 9 }, (error, socket) => error === null ? resolve(socket) : reject(error));
        }),
      );
      assert.ok(error instanceof AddressInfoError, String(error));
      assert.ok(error.cause instanceof Error);
    });

    it("is refused where nobody listens, with an error of ours that has the host's as its cause", async () => {
      const net = make();
      const port = await unusedPort(net);
      const error = await rejection(connect(net, port));
      assert.ok(error instanceof ConnectionRefusedError, String(error));
      assert.equal(error.message, `Cannot connect to ${LOOPBACK} port ${port}: connection refused (ECONNREFUSED)`);
      assert.deepEqual([error.code, error.address, error.port], ["ECONNREFUSED", LOOPBACK, port]);
      assert.ok(error.cause instanceof Error);
    });

    it("takes a local address and port", async () => {
      const net = make();
      const localPort = await unusedPort(net);
      const { address, accepted, close } = await listen(net);
      const client = await connect(net, address.port, { localAddress: LOOPBACK, localPort });
      const server = await accepted();
      assert.deepEqual(server.remoteAddress, { host: LOOPBACK, port: localPort, family: "IPv4" });
      client.close();
      server.close();
      await close();
    });

    it("that was abandoned at once tells nothing", async () => {
      const net = make();
      const { address, close } = await listen(net);
      const abandon = net.connect({ host: LOOPBACK, port: address.port }, never("the outcome"));
      abandon();
      abandon();
      net.connect({ host: LOOPBACK, port: await unusedPort(net) }, never("the outcome"))();
      await barrier(net);
      await close();
    });

    it("that hangs is abandoned without a trace", async () => {
      const net = make();
      const port = await unusedPort(net);
      const deaf = await peer.listenDeaf(port);
      let reported = 0;
      let before = 0;
      const sockets: SocketHandle[] = [];
      const abandons: Abandon[] = [];
      try {
        while (reported === abandons.length && abandons.length < MANY) {
          for (let more = Math.max(8, 2 * abandons.length); more > 0; more--) {
            abandons.push(net.connect({ host: LOOPBACK, port }, (_error, socket) => {
              reported++;
              sockets.push(socket!);
            }));
          }
          await barrier(net);
        }
      } finally {
        for (const abandon of abandons) abandon();
        before = reported;
        await deaf.close();
      }
      assert.ok(before < abandons.length, "the backlog is full, so that the last attempts hang");
      await barrier(net);
      assert.equal(reported, before);
      for (const socket of sockets) socket.close();
    });

    it("is not undone by an abandon that comes too late", async () => {
      const net = make();
      const { address, accepted, close } = await listen(net);
      let abandon = (): void => {};
      const client = await new Promise<SocketHandle>((resolve) => {
        abandon = net.connect({ host: LOOPBACK, port: address.port }, (_error, socket) => resolve(socket!));
      });
      abandon();
      const server = await accepted();
      const recorder = new Recorder();
      client.start(recorder);
      server.write(Uint8Array.of(1));
      await recorder.until(() => recorder.received === 1);
      client.close();
      server.close();
      await recorder.untilClosed();
      await close();
    });
  });
}

function checkListen(name: string, make: () => NetDriver, peer: ForeignPeer): void {
  describe(`${name}: listen`, () => {
    it("tells where, later, and takes a free port for port 0", async () => {
      const net = make();
      let inside = true;
      const port = await new Promise<number>((resolve) => {
        net.listen({ host: LOOPBACK, port: 0, backlog: 16 }, never("onConnection"), (error, listener) => {
          assert.deepEqual([inside, error], [false, null]);
          listener!.close();
          listener!.close();
          const { host, port, family } = listener!.address as { host: string; port: number; family: string };
          assert.deepEqual([host, family], [LOOPBACK, "IPv4"]);
          resolve(port);
        });
        inside = false;
      });
      assert.ok(port > 0);
    });

    it("fails where somebody listens already", async () => {
      const net = make();
      const { address, close } = await listen(net);
      const error = await rejection(listen(net, { port: address.port }));
      assert.ok(error instanceof OSError, String(error));
      assert.equal(error.message, `Cannot listen on ${LOOPBACK} port ${address.port}: the address is in use (EADDRINUSE)`);
      assert.equal(error.code, "EADDRINUSE");
      assert.ok(error.cause instanceof Error);
      await close();
    });

    it("accepts no more once it is closed, while what it accepted lives on", async () => {
      const net = make();
      const listening = await listen(net);
      const [client, server] = await Promise.all([connect(net, listening.address.port), listening.accepted()]);
      await listening.close();
      assert.ok(await rejection(connect(net, listening.address.port)) instanceof ConnectionRefusedError);
      const recorder = new Recorder();
      client.start(recorder);
      server.write(Uint8Array.of(1));
      await recorder.until(() => recorder.received === 1);
      server.close();
      client.close();
      await recorder.untilClosed();
    });

    it("goes on after peers that were gone before they were accepted", async () => {
      const net = make();
      const handles: SocketHandle[] = [];
      const echo = (handle: SocketHandle): void => {
        handles.push(handle);
        handle.start(new Recorder((chunk) => handle.write(chunk)));
      };
      const listener = await new Promise<ListenerHandle>((resolve) => {
        net.listen({ host: LOOPBACK, port: 0, backlog: 64 }, echo, (_error, listener) => resolve(listener!), never("onError"));
      });
      const { port } = listener.address as { port: number };
      await Promise.all(Array.from({ length: 50 }, () => peer.connectAndReset(port)));
      const client = await connect(net, port);
      const recorder = new Recorder();
      client.start(recorder);
      client.write(Uint8Array.of(1));
      await recorder.until(() => recorder.received === 1);
      for (const handle of [client, ...handles]) handle.close();
      await Promise.all([recorder.untilClosed(), new Promise<void>((resolve) => listener.close(resolve))]);
    });

    it("tells later that it is closed, each time it is asked to, and its port is free then", async () => {
      const net = make();
      const first = await listen(net);
      let inside = true;
      const closed = [1, 2].map(() => new Promise<boolean>((resolve) => first.listener.close(() => resolve(inside))));
      inside = false;
      assert.deepEqual(await Promise.all(closed), [false, false]);
      await first.close();
      const second = await listen(net, { port: first.address.port });
      assert.equal(second.address.port, first.address.port);
      await second.close();
    });

    it("that was abandoned tells nothing, and leaves the port free", async () => {
      const net = make();
      const port = await unusedPort(net);
      const abandon = net.listen({ host: LOOPBACK, port, backlog: 16 }, never("onConnection"), never("the outcome"));
      abandon();
      abandon();
      await barrier(net);
      await (await listen(net, { port })).close();
    });

    it("shares a port among those that ask for it", async () => {
      const net = make();
      const first = await listen(net, { reusePort: true });
      const second = await listen(net, { reusePort: true, port: first.address.port });
      assert.equal(second.address.port, first.address.port);
      await first.close();
      await second.close();
    });

    it("takes IPv6 where the machine has it", async () => {
      const net = make();
      let listening;
      try {
        listening = await listen(net, { host: "::1" });
      } catch (error) {
        assert.match(String((error as OSError).code), /^(EADDRNOTAVAIL|EAFNOSUPPORT)$/);
        return;
      }
      const { address, accepted, close } = listening;
      const client = await new Promise<SocketHandle>((resolve, reject) => {
        net.connect({ host: "::1", port: address.port }, (error, socket) => error === null ? resolve(socket!) : reject(error));
      });
      assert.deepEqual(client.remoteAddress, { host: "::1", port: address.port, family: "IPv6" });
      client.close();
      (await accepted()).close();
      await close();
    });
  });
}

function checkLookup(name: string, make: () => NetDriver): void {
  const lookup = (hostname: string, family: "IPv4" | "IPv6" | "unspec") =>
    new Promise<readonly { readonly address: string; readonly family: string }[]>((resolve, reject) => {
      make().lookup(hostname, family, (error, addresses) => error === null ? resolve(addresses!) : reject(error));
    });

  describe(`${name}: lookup`, () => {
    it("gives the addresses of a name, of the family that is asked for", async () => {
      assert.deepEqual(await lookup("localhost", "IPv4"), [{ address: LOOPBACK, family: "IPv4" }]);
      const all = await lookup("localhost", "unspec");
      assert.ok(all.some(({ address }) => address === LOOPBACK));
      assert.ok(all.every(({ address, family }) => family === (address.includes(":") ? "IPv6" : "IPv4")));
    });

    it("fails for a name that nobody knows", async () => {
      const error = await rejection(lookup(UNKNOWN, "unspec"));
      assert.ok(error instanceof AddressInfoError, String(error));
      assert.equal(error.code, "EAI_NONAME");
      assert.match(error.message, /^Cannot resolve [a-z]+\.invalid: /);
      assert.ok(error.cause instanceof Error);
    });

    it("tells its outcome later, and nothing once it was abandoned", async () => {
      const net = make();
      net.lookup("localhost", "unspec", never("the outcome"))();
      let inside = true;
      await new Promise<void>((resolve) => {
        net.lookup("localhost", "unspec", () => {
          assert.equal(inside, false);
          resolve();
        });
        inside = false;
      });
      await lookup("localhost", "unspec");
    });

    it("tells the names of addresses and ports, later, and nothing once it was abandoned", async () => {
      const net = make();
      const name = (address: string, port: number) =>
        new Promise<ServiceName>((resolve, reject) => {
          let inside = true;
          net.lookupService!(address, port, (error, found) => inside || error !== null ? reject(error) : resolve(found!));
          inside = false;
        });
      if (net.lookupService === undefined) return;
      net.lookupService(LOOPBACK, 80, never("the outcome"))();
      assert.equal((await name(LOOPBACK, 80)).hostname, "localhost");
      assert.equal((await name(LOOPBACK, 60_001)).service, "60001");
      assert.equal((await name(LOOPBACK, 0)).service, "0");
    });
  });
}
