import { connect } from "node:tls";
import {
  ConnectionResetError,
  createTask,
  Event,
  getRunningLoop,
  openConnection,
  SSLError,
  startServer,
  type StreamReader,
  type StreamWriter,
  until,
} from "../../mod.ts";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { bytes, LoggingProtocol, runQuietly, text } from "./_support.ts";
import {
  asClient,
  closeServer,
  closeWriter,
  exchange,
  failureOf,
  leavingNothing,
  portOf,
  rawServer,
  type Relay,
  relayTo,
  serverContext,
  withEcho,
} from "./_tls_support.ts";

describe("what is no TLS", () => {
  it("is refused by a server, which goes on", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        for (const names of [{}, { sni: { other: {} } }]) {
          await withEcho(serverContext(names), async (port) => {
            for (const words of ["GET / HTTP/1.0\r\n\r\n", "\0".repeat(600), "\x16\x03\x01\xff\xff".repeat(20_000), "\x16"]) {
              const [reader, writer] = await openConnection("127.0.0.1", port);
              writer.write(Uint8Array.from(words, (letter) => letter.charCodeAt(0)));
              if (words.length === 1) writer.writeEof();
              // Perhaps an alert, then the end.
              const answer = await reader.read().catch((error) => {
                assert.ok(error instanceof ConnectionResetError, String(error));
                return new Uint8Array(0);
              });
              assert.ok(answer.length <= 7, text(answer));
              await closeWriter(writer).catch((error) => assert.ok(error instanceof ConnectionResetError));
            }
            await exchange(port, asClient());
          });
        }
      })
    ));

  it("is refused by a client", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const server = await rawServer((_chunk, socket) => socket.write("220 welcome\r\n"));
        const error = await failureOf(() => openConnection("127.0.0.1", server.port, asClient()));
        assert.ok(error instanceof SSLError, String(error));
        assert.equal(error.code, "ERR_SSL_WRONG_VERSION_NUMBER");
        assert.match(error.message, /^Cannot shake hands by TLS: /);
        await server.close();
      })
    ));

  it("is the end of a connection before its handshake", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const server = await rawServer((_chunk, socket) => socket.end());
        const error = await failureOf(() => openConnection("127.0.0.1", server.port, asClient()));
        assert.ok(error instanceof ConnectionResetError, String(error));
        await server.close();
      })
    ));
});

/** A connection to an echo server of protocols, by a relay; a word has gone to and fro. */
async function relayed(body: (made: { relay: Relay; client: LoggingProtocol; server: LoggingProtocol; lost: Event }) => Promise<void>) {
  const loop = getRunningLoop();
  const accepted: LoggingProtocol[] = [];
  const lost = new Event();
  const factory = () => {
    const protocol = new Watched();
    accepted.push(protocol);
    protocol.onData = (data) => protocol.transport!.write(data);
    protocol.onLost = () => count();
    return protocol;
  };
  let left = 2;
  const count = () => {
    if (--left === 0) lost.set();
  };
  const listening = await loop.createServer(factory, { host: "127.0.0.1", port: 0, ssl: serverContext() });
  const relay = await relayTo(portOf(listening));
  const client = new Watched();
  client.onLost = count;
  const heard = new Event();
  client.onData = () => heard.set();
  const [transport] = await loop.createConnection(() => client, { host: "127.0.0.1", port: relay.port, ...asClient() });
  transport.write("word");
  await heard.wait();
  await body({ relay, client, server: accepted[0]!, lost });
  await lost.wait();
  await relay.close();
  await closeServer(listening);
}

class Watched extends LoggingProtocol {
  onData: (data: Uint8Array) => void = () => {};
  onLost: () => void = () => {};
  override dataReceived(data: Uint8Array): void {
    super.dataReceived(data);
    this.onData(data);
  }
  override connectionLost(error: Error | null): void {
    super.connectionLost(error);
    this.onLost();
  }
}

const MADE = ["made", "data word"];

describe("a connection by TLS", () => {
  it("is lost with an SSLError when a record was changed on its way", () =>
    runQuietly(() =>
      leavingNothing(() =>
        relayed(async ({ relay, client, server, lost }) => {
          relay.toServer = (chunk) => chunk.map((byte, index) => index === chunk.length - 1 ? byte ^ 1 : byte);
          client.transport!.write("changed");
          await lost.wait();
          assert.deepEqual(server.log, [...MADE, "lost SSLError"]);
          // The server says why, unless its host does not.
          assert.ok(["lost SSLError", "lost", "lost ConnectionResetError"].includes(client.log.at(-1)!), client.log.join());
          assert.ok(!client.log.includes("data changed"));
        })
      )
    ));

  it("is lost with an SSLError when something else comes in between", () =>
    runQuietly(() =>
      leavingNothing(() =>
        relayed(async ({ relay, client, lost }) => {
          relay.inject("garbage that is no record");
          await lost.wait();
          assert.deepEqual(client.log, [...MADE, "lost SSLError"]);
        })
      )
    ));

  it("ends when its end comes without a close_notify, as in asyncio", () =>
    runQuietly(() =>
      leavingNothing(() =>
        relayed(async ({ relay, client, server, lost }) => {
          relay.end();
          await lost.wait();
          assert.deepEqual(client.log, [...MADE, "eof", "lost"]);
          assert.deepEqual(server.log, [...MADE, "eof", "lost"]);
        })
      )
    ));

  it("is lost when it is reset", () =>
    runQuietly(() =>
      leavingNothing(() =>
        relayed(async ({ relay, client, server, lost }) => {
          relay.reset();
          await lost.wait();
          assert.deepEqual(client.log, [...MADE, "lost ConnectionResetError"]);
          assert.deepEqual(server.log, [...MADE, "lost ConnectionResetError"]);
        })
      )
    ));

  it("survives records that come byte by byte", () =>
    runQuietly(() =>
      withEcho(serverContext({ sni: { localhost: {} } }), async (port) => {
        const slow = await byteByByte(port);
        await exchange(slow.port, asClient());
        await slow.close();
      })
    ));

  it("is not renegotiated", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        let end: string | null = null;
        const handler = async (reader: StreamReader, writer: StreamWriter) => {
          end = await reader.read().then(() => "the end", (error) => `${error.name} ${error.code}`);
          writer.close();
        };
        const server = await startServer(handler, "127.0.0.1", 0, { ssl: serverContext() });
        const socket = connect({ port: portOf(server), host: "127.0.0.1", maxVersion: "TLSv1.2", rejectUnauthorized: false });
        const outcome = new Promise<string>((resolve) => {
          socket.on("error", () => {}); // the close follows
          socket.on("close", () => resolve("closed"));
          socket.on("secureConnect", () => socket.renegotiate({}, (error) => resolve(error === null ? "renegotiated" : "refused")));
        });
        assert.notEqual(await until(outcome), "renegotiated");
        socket.destroy();
        await closeServer(server);
        assert.equal(end, "SSLError ERR_TLS_RENEGOTIATION_DISABLED");
      })
    ), { skip: runtimeName === "node" ? false : "its own clients cannot ask for that; those of openssl do, in tls_interop_test.ts" });

  it("takes its handler's failure with it", () =>
    runQuietly(async () => {
      const reports: string[] = [];
      getRunningLoop().setExceptionHandler((_loop, { message }) => void reports.push(message!));
      const fail = (_reader: StreamReader, _writer: StreamWriter): never => {
        throw new SyntaxError("no");
      };
      const handler = async (reader: StreamReader, writer: StreamWriter) => {
        await reader.readLine();
        fail(reader, writer);
      };
      const server = await startServer(handler, "127.0.0.1", 0, { ssl: serverContext() });
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server), asClient());
      writer.write("go\n");
      assert.equal((await reader.read()).length, 0);
      await closeWriter(writer);
      await closeServer(server);
      assert.deepEqual(reports, ["Unhandled exception in client_connected_cb"]);
    }));

  it("that is dropped by its program is dropped for the peer", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const ended = new Event();
        const handler = async (reader: StreamReader, writer: StreamWriter) => {
          await reader.read().catch((error) => assert.ok(error instanceof ConnectionResetError));
          writer.close();
          ended.set();
        };
        const server = await startServer(handler, "127.0.0.1", 0, { ssl: serverContext() });
        const task = createTask(async () => {
          const [reader, writer] = await openConnection("127.0.0.1", portOf(server), asClient());
          try {
            await reader.read();
          } finally {
            writer.transport.abort();
            await writer.waitClosed();
          }
        });
        await exchangeBegun(server);
        task.cancel();
        await assert.rejects(() => task, { name: "CancelledError" });
        await ended.wait();
        await closeServer(server);
      })
    ));
});

/** Waits until another client has been served as far as this. */
async function exchangeBegun(server: Parameters<typeof portOf>[0]): Promise<void> {
  const [, writer] = await openConnection("127.0.0.1", portOf(server), asClient());
  writer.write(bytes("x"));
  await closeWriter(writer);
}

/** A relay that passes on one byte at a time. */
async function byteByByte(port: number): Promise<{ port: number; close(): Promise<void> }> {
  const server = await startServer(
    function* (reader, writer) {
      const [fromServer, toServer] = yield* openConnection("127.0.0.1", port);
      const back = createTask(() => crumbs(fromServer, writer));
      yield* crumbs(reader, toServer);
      yield* back;
    },
    "127.0.0.1",
    0,
  );
  return { port: portOf(server), close: () => closeServer(server) };
}

function* crumbs(reader: StreamReader, writer: StreamWriter) {
  for (let data = yield* reader.read(1); data.length > 0; data = yield* reader.read(1)) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.close();
}
