import {
  createTask,
  Event,
  gather,
  getRunningLoop,
  openConnection,
  Protocol,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Transport,
  UnsupportedOperationError,
  waitFor,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { bytes, LoggingProtocol, randomFrom, runQuietly, text } from "./_support.ts";
import { asClient, closeServer, closeWriter, echo, exchange, leavingNothing, portOf, serverContext, withEcho } from "./_tls_support.ts";

const MEBIBYTE = 1 << 20;

/** Bytes in which nothing repeats soon. */
function pattern(length: number): Uint8Array {
  const random = randomFrom(length);
  const words = new Uint32Array(length / 4);
  for (let i = 0; i < words.length; i++) words[i] = random() * 2 ** 32;
  return new Uint8Array(words.buffer);
}

/** A protocol that says when it is lost, and with what. */
class Peer extends LoggingProtocol {
  readonly lost = new Event();
  readonly made = new Event();
  error: Error | null = null;
  onMade: (transport: Transport) => void = () => {};

  override connectionMade(transport: Transport): void {
    super.connectionMade(transport);
    this.onMade(transport);
    this.made.set();
  }

  override connectionLost(error: Error | null): void {
    super.connectionLost(error);
    this.error = error;
    this.lost.set();
  }
}

/** A client and a server of protocols. */
async function pairOf(client: Peer, server: Peer, options: { sslShutdownTimeout?: number } = {}) {
  const loop = getRunningLoop();
  const listening = await loop.createServer(() => server, { host: "127.0.0.1", port: 0, ssl: serverContext(), ...options });
  const place = { host: "127.0.0.1", port: portOf(listening), ...asClient(), ...options };
  const [transport] = await loop.createConnection(() => client, place);
  await server.made.wait();
  return { listening, transport };
}

describe("the transport of TLS: data", () => {
  it("carries much in both directions at once, in order, and holds little of it", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        const [reader, writer] = await openConnection("127.0.0.1", port, asClient());
        const sent = pattern(8 * MEBIBYTE);
        let most = 0;
        const send = async () => {
          for (let at = 0; at < sent.length; at += 100_000) {
            writer.write(sent.subarray(at, at + 100_000));
            most = Math.max(most, writer.transport.getWriteBufferSize());
            await writer.drain();
          }
        };
        const receive = async () => await reader.readExactly(sent.length);
        const [, received] = await gather([send, receive]);
        assert.ok(equal(received, sent));
        assert.ok(most <= 64 * 1024 + 100_000, `${most} bytes were held`);
        await closeWriter(writer);
      })
    ));

  it("carries one large write", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        const [reader, writer] = await openConnection("127.0.0.1", port, asClient());
        const sent = pattern(4 * MEBIBYTE);
        writer.write(sent);
        assert.ok(equal(await reader.readExactly(sent.length), sent));
        await closeWriter(writer);
      })
    ));

  it("carries bytes one by one, and text", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        const [reader, writer] = await openConnection("127.0.0.1", port, asClient());
        for (const letter of "hello\n") writer.write(letter);
        assert.equal(text(await reader.readLine()), "hello\n");
        writer.writeLines(["a", bytes("b"), "", "ü\n"]);
        assert.equal(text(await reader.readLine()), "abü\n");
        await closeWriter(writer);
      })
    ));

  it("holds back a writer whose peer does not read, and goes on when it does", () =>
    runQuietly(async () => {
      const go = new Event();
      const total = 64 * MEBIBYTE;
      let received = 0;
      const handler = async (reader: StreamReader, writer: StreamWriter) => {
        writer.transport.pauseReading();
        await go.wait();
        writer.transport.resumeReading();
        for (let data = await reader.read(MEBIBYTE); data.length > 0; data = await reader.read(MEBIBYTE)) received += data.length;
        writer.close();
      };
      const server = await startServer(handler, "127.0.0.1", 0, { ssl: serverContext() });
      const [, writer] = await openConnection("127.0.0.1", portOf(server), asClient());
      const chunk = pattern(65536);
      let offered = 0;
      let most = 0;
      const sending = createTask(async () => {
        for (; offered < total; offered += chunk.length) {
          writer.write(chunk);
          most = Math.max(most, writer.transport.getWriteBufferSize());
          await writer.drain();
        }
      });
      await withEcho(serverContext(), async (port) => {
        for (let before = -1; before !== offered;) { // until it has come to rest
          before = offered;
          for (let i = 0; i < 5; i++) await exchange(port, asClient());
        }
      });
      assert.ok(offered < total / 2, `${offered} bytes were taken`);
      assert.ok(most <= 64 * 1024 + chunk.length, `${most} bytes were held`);
      go.set();
      await sending;
      await closeWriter(writer);
      await closeServer(server);
      assert.equal(received, total);
    }));

  it("tells the protocol to pause and to resume, in turn", () =>
    runQuietly(async () => {
      const client = new Peer();
      const server = new Peer();
      server.onMade = (transport) => transport.pauseReading();
      const { listening, transport } = await pairOf(client, server);
      server.dataReceived = () => {};
      transport.write(new Uint8Array(16 * MEBIBYTE));
      assert.deepEqual(client.log, ["made", "pauseWriting"]);
      server.transport!.resumeReading();
      transport.close();
      await client.lost.wait();
      assert.deepEqual(client.log, ["made", "pauseWriting", "resumeWriting", "lost"]);
      await closeServer(listening);
    }));

  it("delivers nothing while reading is paused, neither data nor the end", () =>
    runQuietly(async () => {
      const client = new Peer();
      const server = new Peer();
      const { listening, transport } = await pairOf(client, server);
      transport.pauseReading();
      assert.equal((transport as Transport).isReading(), false);
      server.transport!.write("one");
      server.transport!.close();
      await withEcho(serverContext(), async (port) => { // time for it to come
        for (let i = 0; i < 5; i++) await exchange(port, asClient());
      });
      assert.deepEqual(client.log, ["made"]);
      transport.resumeReading();
      await client.lost.wait();
      assert.deepEqual(client.log, ["made", "data one", "eof", "lost"]);
      await closeServer(listening);
    }));

  it("has no half-closed state", () =>
    runQuietly(async () => {
      const client = new Peer();
      const server = new Peer();
      server.keepOpen = true; // which has no effect
      const { listening, transport } = await pairOf(client, server);
      assert.equal(transport.canWriteEof(), false);
      assert.throws(() => transport.writeEof(), UnsupportedOperationError);
      transport.close();
      await server.lost.wait();
      assert.deepEqual(server.log, ["made", "eof", "lost"]);
      await client.lost.wait();
      await closeServer(listening);
    }));

  it("goes to another protocol when it is told to", () =>
    runQuietly(async () => {
      const client = new Peer();
      const server = new Peer();
      const { listening, transport } = await pairOf(client, server);
      const other = new Peer();
      transport.setProtocol(other);
      assert.equal(transport.getProtocol(), other);
      server.transport!.write("for the other");
      server.transport!.close();
      await other.lost.wait();
      assert.deepEqual(other.log, ["data for the other", "eof", "lost"]);
      await closeServer(listening);
    }));
});

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

describe("the transport of TLS: closing", () => {
  it("sends everything before, and waits for the peer's end", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const client = new Peer();
        const server = new Peer();
        let received = 0;
        server.dataReceived = (data) => void (received += data.length);
        const { listening, transport } = await pairOf(client, server);
        transport.write(new Uint8Array(4 * MEBIBYTE));
        transport.close();
        transport.write("too late");
        await client.lost.wait();
        assert.equal(client.error, null);
        assert.equal(received, 4 * MEBIBYTE);
        assert.deepEqual(server.log, ["made", "eof", "lost"]);
        await closeServer(listening);
      })
    ));

  it("ends well when both sides close at the same time", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const client = new Peer();
        const server = new Peer();
        const { listening, transport } = await pairOf(client, server);
        transport.close();
        server.transport!.close();
        await waitFor(gather([() => client.lost.wait(), () => server.lost.wait()]), 5000);
        assert.deepEqual([client.error, server.error], [null, null]);
        await closeServer(listening);
      })
    ));

  it("from connectionMade is in order", () =>
    runQuietly(async () => {
      const client = new Peer();
      client.onMade = (transport) => {
        transport.write("bye");
        transport.close();
      };
      const server = new Peer();
      const { listening } = await pairOf(client, server);
      await gather([() => client.lost.wait(), () => server.lost.wait()]);
      assert.deepEqual(server.log, ["made", "data bye", "eof", "lost"]);
      const silent = new Peer();
      silent.onMade = (transport) => transport.close();
      await getRunningLoop().createConnection(() => silent, { host: "127.0.0.1", port: portOf(listening), ...asClient() });
      await silent.lost.wait();
      assert.deepEqual(silent.log, ["made", "lost"]);
      await closeServer(listening);
    }));

  it("of a peer that sends no end takes no longer than sslShutdownTimeout", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const client = new Peer();
        const server = new Peer();
        server.onMade = (transport) => transport.pauseReading();
        const { listening, transport } = await pairOf(client, server, { sslShutdownTimeout: 40 });
        transport.close();
        await client.lost.wait();
        assert.equal(String(client.error), "TimeoutError: SSL shutdown timed out");
        server.transport!.abort();
        await closeServer(listening);
      })
    ));

  it("takes no longer than sslShutdownTimeout either while there is something to send", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const client = new Peer();
        const server = new Peer();
        server.onMade = (transport) => transport.pauseReading();
        const { listening, transport } = await pairOf(client, server, { sslShutdownTimeout: 40 });
        transport.write(new Uint8Array(32 * MEBIBYTE));
        transport.close();
        await client.lost.wait();
        assert.equal(String(client.error), "TimeoutError: SSL shutdown timed out");
        assert.equal(transport.getWriteBufferSize(), 0);
        server.transport!.abort();
        await closeServer(listening);
      })
    ));

  it("ends well when both sides have much to send and close", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const client = new Peer();
        const server = new Peer();
        const { listening, transport } = await pairOf(client, server);
        for (const one of [transport, server.transport!]) {
          one.write(new Uint8Array(32 * MEBIBYTE));
          one.close();
        }
        await gather([() => client.lost.wait(), () => server.lost.wait()]);
        assert.deepEqual([client.error, server.error], [null, null]);
        assert.deepEqual([client.log, server.log], [["made", "pauseWriting", "resumeWriting", "lost"], [
          "made",
          "pauseWriting",
          "resumeWriting",
          "lost",
        ]]);
        await closeServer(listening);
      })
    ));

  it("at once, by abort, drops what is held", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const client = new Peer();
        const server = new Peer();
        server.onMade = (transport) => transport.pauseReading();
        const { listening, transport } = await pairOf(client, server);
        transport.write(new Uint8Array(32 * MEBIBYTE));
        transport.abort();
        assert.equal(transport.getWriteBufferSize(), 0);
        await client.lost.wait();
        assert.equal(client.error, null);
        server.transport!.resumeReading();
        await server.lost.wait();
        await closeServer(listening);
      })
    ));

  it("with the server: closeClients sends what is held, abortClients does not", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        for (const method of ["closeClients", "abortClients"] as const) {
          const handler = async (reader: StreamReader, writer: StreamWriter) => {
            writer.write(new Uint8Array(MEBIBYTE));
            await reader.read().catch(() => {});
          };
          const server = await startServer(handler, "127.0.0.1", 0, { ssl: serverContext() });
          const [reader, writer] = await openConnection("127.0.0.1", portOf(server), asClient());
          await reader.readExactly(1);
          server[method]();
          const rest = await reader.read().catch(() => new Uint8Array(0));
          if (method === "closeClients") assert.equal(rest.length, MEBIBYTE - 1);
          await closeWriter(writer).catch(() => {});
          await closeServer(server);
        }
      })
    ));

  it("is over for the server only when the protocols know it", () =>
    runQuietly(async () => {
      for (const how of ["close", "abort"] as const) {
        const client = new Peer();
        const server = new Peer();
        const { listening, transport } = await pairOf(client, server);
        transport[how]();
        await closeServer(listening);
        assert.equal(server.log.at(-1)!.slice(0, 4), "lost");
      }
    }));

  it("with the loop is without a word", async () => {
    const protocol = new Peer();
    await runQuietly(async () => {
      const server = await startServer(echo, "127.0.0.1", 0, { ssl: serverContext() });
      await getRunningLoop().createConnection(() => protocol, { host: "127.0.0.1", port: portOf(server), ...asClient() });
      const begun = new Event();
      const silence = new Peer();
      silence.dataReceived = () => begun.set();
      const silent = await getRunningLoop().createServer(() => silence, { host: "127.0.0.1", port: 0 });
      const place = { host: "127.0.0.1", port: portOf(silent), ...asClient() };
      createTask(() => getRunningLoop().createConnection(() => new Protocol(), place)); // it waits for a handshake for ever
      await begun.wait();
    });
    assert.deepEqual(protocol.log, ["made"]);
  });
});
