import {
  ConnectionRefusedError,
  ConnectionResetError,
  createSslContext,
  createTask,
  DatagramProtocol,
  EventLoop,
  ExceptionGroup,
  gather,
  getRunningLoop,
  type InetAddress,
  openConnection,
  openUnixConnection,
  run,
  type Server,
  sleep,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
  timeout,
  TimeoutError,
} from "../../mod.ts";
import { MemoryNetwork, type MemoryNetworkOptions, runVirtual, VirtualRuntime } from "../../src/testing/mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { text } from "../net/_support.ts";
import { certFile, failureOf, identity } from "../net/_tls_support.ts";

/** Runs `main` on a network of its own, and gives it that. */
function on<T>(options: MemoryNetworkOptions, main: (network: MemoryNetwork) => Promise<T>): Promise<T> {
  const network = new MemoryNetwork(options);
  return runVirtual(() => main(network), { network, strict: true });
}

/** Echoes until the client has nothing more to say. */
function* echo(reader: StreamReader, writer: StreamWriter) {
  for (let data = yield* reader.read(1024); data.length > 0; data = yield* reader.read(1024)) writer.write(data);
  writer.close();
}

function portOf(server: Server): number {
  return server.sockets[0]!.address.port;
}

async function close(...ends: readonly (Server | StreamWriter)[]): Promise<void> {
  for (const end of ends) end.close();
  for (const end of ends) await end.waitClosed();
}

/** Has a word echoed; gives the answer and how long it took. */
async function ask(host: string, port: number, word: string): Promise<readonly [answer: string, took: number]> {
  const before = getRunningLoop().time();
  const [reader, writer] = await openConnection(host, port);
  writer.write(word);
  const answer = text(await reader.readExactly(word.length));
  const took = getRunningLoop().time() - before;
  await close(writer);
  return [answer, took];
}

describe("MemoryNetwork: connections", () => {
  it("is there for every program in virtual time, which runs unchanged", () =>
    runVirtual(async () => {
      const server = await startServer(echo, "localhost", 0);
      assert.deepEqual(server.sockets.map(({ address }) => address.host), ["127.0.0.1", "::1"]);
      assert.deepEqual(await ask("localhost", portOf(server), "hello"), ["hello", 0]);
      await close(server);
      const everywhere = await startServer(echo, null, 0);
      assert.deepEqual(await ask("192.0.2.1", portOf(everywhere), "hello"), ["hello", 0]);
      await close(everywhere);
    }, { strict: true }));

  it("takes its time: two ways for a connection, two for a name, one for bytes", () =>
    on({ latency: 100, hosts: { "far.example": "192.0.2.7" } }, async () => {
      const server = await startServer(echo, "192.0.2.7", 80);
      assert.deepEqual(await ask("192.0.2.7", 80, "hello"), ["hello", 400]);
      assert.deepEqual(await ask("far.example", 80, "hello"), ["hello", 600]);
      await close(server);
    }));

  it("cuts what is sent as it is told to, and takes no more than its capacity", () =>
    on({ chunkSize: 3, capacity: 10 }, async (network) => {
      const chunks: string[] = [];
      const [[transport], [other]] = await network.createPair(() => ({}), () => ({
        dataReceived: (data: Uint8Array) => void chunks.push(text(data)),
      }));
      other.pauseReading();
      transport.write("abcdefghijklmn");
      await sleep(10);
      assert.equal(transport.getWriteBufferSize(), 4);
      other.resumeReading();
      await sleep(10);
      assert.deepEqual(chunks, ["abc", "def", "ghi", "jkl", "mn"]);
      network.change({ chunkSize: 1 });
      transport.write("xyz");
      await sleep(10);
      assert.deepEqual(chunks.slice(5), ["x", "y", "z"]);
      transport.abort();
      other.abort();
      await sleep(1);
    }));

  it("takes the same course for the same seed, and another one for another", async () => {
    const course = (seed: number) =>
      on({ seed, latency: [1, 50], chunkSize: [1, 40] }, async (network) => {
        const trace: string[] = [];
        const loop = getRunningLoop();
        const talk = async (name: string) => {
          const [[reader, writer], [, far]] = await network.openPair();
          far.write("x".repeat(100));
          far.close();
          for (let data = await reader.read(1000); data.length > 0; data = await reader.read(1000)) {
            trace.push(`${name} ${data.length} ${loop.time()}`);
          }
          await close(writer, far);
        };
        await gather([() => talk("a"), () => talk("b"), () => talk("c")]);
        return trace.join("\n");
      });
    assert.equal(await course(1), await course(1));
    assert.notEqual(await course(1), await course(2));
  });

  it("tells which connections are open, and resets one", () =>
    on({}, async (network) => {
      const errors: string[] = [];
      const server = await startServer(
        async (reader) => {
          errors.push((await failureOf(() => reader.read())).name);
        },
        "127.0.0.1",
        0,
      );
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
      const [connection, ...others] = network.connections;
      assert.deepEqual(others, []);
      assert.equal(writer.getExtraInfo("socket"), connection);
      assert.deepEqual(connection!.server, writer.getExtraInfo("peername"));
      assert.deepEqual(connection!.client, writer.getExtraInfo("sockname"));
      const reading = createTask(reader.readLine());
      await sleep(1);
      connection!.reset();
      await assert.rejects(async () => await reading, ConnectionResetError);
      assert.equal((await failureOf(() => writer.waitClosed())).name, "ConnectionResetError");
      await close(server);
      assert.deepEqual([network.connections.length, connection!.open, errors], [0, false, ["ConnectionResetError"]]);
    }));

  it("stalls a connection until it goes on, and nothing is lost", () =>
    on({ latency: 10 }, async (network) => {
      const [[reader, writer], [farReader, far]] = await network.openPair();
      const [connection] = network.connections;
      writer.write("on its way");
      connection!.stall();
      assert.equal(connection!.stalled, true);
      writer.write(new Uint8Array(100_000));
      await assert.rejects(async () => await timeout(60_000, () => farReader.readExactly(1)), TimeoutError);
      assert.ok(writer.transport.getWriteBufferSize() > 0);
      connection!.resume();
      assert.equal(text(await farReader.readExactly(10)), "on its way");
      assert.equal((await farReader.readExactly(100_000)).length, 100_000);
      far.write("thanks");
      assert.equal(text(await reader.readExactly(6)), "thanks");
      await close(writer, far);
    }));

  it("carries TLS, and sockets with paths", () =>
    on({ latency: 5, chunkSize: [1, 100] }, async () => {
      const ssl = createSslContext({ ca: certFile("ca.pem") });
      const server = await startServer(echo, "localhost", 443, { ssl: createSslContext(identity("localhost")) });
      const [reader, writer] = await openConnection("localhost", 443, { ssl });
      writer.write("secret\n");
      assert.equal(text(await reader.readLine()), "secret\n");
      await close(writer, server);

      const local = await startUnixServer(echo, "/run/echo.sock");
      const [unixReader, unixWriter] = await openUnixConnection("/run/echo.sock");
      unixWriter.write("by path\n");
      assert.equal(text(await unixReader.readLine()), "by path\n");
      await close(unixWriter, local);
      assert.equal((await failureOf(() => openUnixConnection("/run/echo.sock"))).name, "FileNotFoundError");
    }));
});

describe("MemoryNetwork: places", () => {
  it("resolves the names that it knows, and no others", () =>
    on({ hosts: { "One.example": "192.0.2.1", "two.example": ["2001:db8::2", "192.0.2.2"] } }, async (network) => {
      const loop = getRunningLoop();
      const addresses = async (name: string) =>
        (await loop.getaddrinfo(name, 80, { type: "stream" })).map(({ address }) => (address as InetAddress).host);
      assert.deepEqual(await addresses("one.EXAMPLE"), ["192.0.2.1"]);
      assert.deepEqual(await addresses("two.example"), ["2001:db8::2", "192.0.2.2"]);
      assert.equal((await failureOf(() => openConnection("three.example", 80))).name, "AddressInfoError");
      network.setHost("three.example", "192.0.2.3");
      assert.deepEqual(await addresses("three.example"), ["192.0.2.3"]);
      assert.deepEqual(await loop.getnameinfo({ host: "192.0.2.3", port: 12_345 }), ["three.example", "12345"]);
      network.setHost("three.example", []);
      assert.equal((await failureOf(() => openConnection("three.example", 80))).name, "AddressInfoError");
    }));

  it("refuses, drops or cannot reach what is blocked, at one port or at all", () =>
    on({ latency: 10 }, async (network) => {
      const servers = [await startServer(echo, "192.0.2.1", 80), await startServer(echo, "192.0.2.1", 81)];
      network.block("192.0.2.1", "refuse", 80);
      assert.ok(await failureOf(() => openConnection("192.0.2.1", 80)) instanceof ConnectionRefusedError);
      assert.equal((await ask("192.0.2.1", 81, "open"))[0], "open");
      network.block("192.0.2.1", "drop");
      assert.ok(await failureOf(() => timeout(60_000, () => openConnection("192.0.2.1", 81))) instanceof TimeoutError);
      network.block("192.0.2.1", "unreachable");
      assert.equal((await failureOf(() => openConnection("192.0.2.1", 81))).code, "EHOSTUNREACH");
      network.unblock("192.0.2.1");
      network.unblock("192.0.2.1", 80);
      assert.equal((await ask("192.0.2.1", 80, "open"))[0], "open");
      await close(...servers);
    }));

  it("lets happy eyeballs pass by an address that does not answer", () =>
    on({ latency: 10, hosts: { "two.example": ["2001:db8::2", "192.0.2.2"] } }, async (network) => {
      const server = await startServer(echo, "192.0.2.2", 80);
      network.block("2001:db8::2", "drop");
      const loop = getRunningLoop();
      const before = loop.time();
      const [, writer] = await openConnection("two.example", 80, { happyEyeballsDelay: 250 });
      assert.equal(loop.time() - before, 20 + 250 + 20);
      assert.equal((writer.getExtraInfo("peername") as InetAddress).host, "192.0.2.2");
      await close(writer, server);
      network.block("2001:db8::2", "refuse");
      const error = await failureOf(() => openConnection("two.example", 80, { allErrors: true }));
      assert.ok(error instanceof ExceptionGroup);
      assert.equal(error.errors.length, 2);
    }));

  it("leaves a program that waits for nothing to virtual time, which says so", async () => {
    const network = new MemoryNetwork();
    network.block("192.0.2.1", "drop");
    const error = await failureOf(() => runVirtual(() => openConnection("192.0.2.1", 80), { network }));
    assert.match(error.message, /^Cannot go on: nothing is ready, no timer is set/);
  });
});

describe("MemoryNetwork: datagrams", () => {
  class Inbox extends DatagramProtocol {
    readonly received: string[] = [];
    override datagramReceived(data: Uint8Array): void {
      this.received.push(text(data));
    }
  }

  /** What comes of the numbers from 0 to 99. */
  function sendHundred(options: MemoryNetworkOptions): Promise<readonly number[]> {
    return on(options, async () => {
      const loop = getRunningLoop();
      const [far, inbox] = await loop.createDatagramEndpoint(() => new Inbox(), { localAddr: { host: "192.0.2.1", port: 53 } });
      const [near] = await loop.createDatagramEndpoint(() => new Inbox(), { remoteAddr: { host: "192.0.2.1", port: 53 } });
      for (let i = 0; i < 100; i++) near.sendTo(String(i));
      await sleep(1000);
      for (const transport of [near, far]) transport.abort();
      await sleep(1);
      return inbox.received.map(Number);
    });
  }

  it("come in order and whole, unless the network is told otherwise", async () => {
    assert.deepEqual(await sendHundred({ latency: 10 }), Array.from({ length: 100 }, (_, i) => i));
  });

  it("overtake each other and are lost, as the seed decides", async () => {
    const mixed = await sendHundred({ latency: [1, 20] });
    assert.equal(mixed.length, 100);
    assert.notDeepEqual(mixed, mixed.toSorted((a, b) => a - b));
    const some = await sendHundred({ loss: 0.3, seed: 4 });
    assert.ok(some.length > 50 && some.length < 90, `${some.length} of 100`);
    assert.deepEqual(await sendHundred({ loss: 0.3, seed: 4 }), some);
    assert.deepEqual(await sendHundred({ loss: 1 }), []);
  });

  it("go to everybody at a port where that is allowed", () =>
    on({}, async () => {
      const loop = getRunningLoop();
      const make = (host: string) => loop.createDatagramEndpoint(() => new Inbox(), { localAddr: { host, port: 9999 } });
      const listeners = [await make("192.0.2.1"), await make("192.0.2.2")];
      const [loud] = await loop.createDatagramEndpoint(() => new Inbox(), { family: "IPv4", allowBroadcast: true });
      loud.sendTo("everybody", { host: "255.255.255.255", port: 9999 });
      await sleep(1);
      assert.deepEqual(listeners.map(([, { received }]) => received), [["everybody"], ["everybody"]]);
      for (const [transport] of [...listeners, [loud] as const]) transport.abort();
      await sleep(1);
    }));
});

describe("MemoryNetwork: what it refuses", () => {
  it("conditions, names and addresses that cannot be", () => {
    for (
      const options of [{ latency: -1 }, { latency: [5, 1] }, { chunkSize: 0 }, { capacity: 0 }, { loss: 1.5 }, { seed: NaN }] as const
    ) {
      assert.throws(() => new MemoryNetwork(options as MemoryNetworkOptions), RangeError, JSON.stringify(options));
    }
    assert.throws(() => new MemoryNetwork({ latency: "5" as never }), TypeError);
    assert.throws(
      () => new MemoryNetwork({ hosts: { "a.example": "b.example" } }),
      /^RangeError: Cannot name the host a.example: b.example is no address$/,
    );
    assert.throws(() => new MemoryNetwork().block("a.example"), RangeError);
    assert.throws(() => new MemoryNetwork().change({ latency: 5, loss: 2 }), RangeError);
  });

  it("a second runtime, whose clock is another", () => {
    const network = new MemoryNetwork();
    const runtime = new VirtualRuntime({ network });
    new EventLoop({ runtime }).close();
    assert.throws(() => new VirtualRuntime({ network }), /^RuntimeError: Cannot use the network: it belongs to another runtime$/);
  });

  it("nothing in real time: pairs work on every runtime", () =>
    run(async () => {
      const [[reader, writer], [, far]] = await new MemoryNetwork({ latency: 2, chunkSize: 1 }).openPair({ limit: 100 });
      far.write("real time\n");
      assert.equal(text(await reader.readLine()), "real time\n");
      await close(writer, far);
      await sleep(20); // what tells of the ends is still on its way
    }, { signals: false }));
});
