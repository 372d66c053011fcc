import {
  ConnectionResetError,
  createTask,
  Event,
  gather,
  getRunningLoop,
  openConnection,
  RuntimeError,
  type Server,
  sleep,
  SSLCertVerificationError,
  SSLError,
  SslObject,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { LoggingProtocol, runQuietly, text } from "./_support.ts";
import {
  asClient,
  certFile,
  clientContext,
  closeServer,
  closeWriter,
  echo,
  exchange,
  failureOf,
  identity,
  leavingNothing,
  portOf,
  rawServer,
  serverContext,
  withEcho,
} from "./_tls_support.ts";

/** Agrees on TLS by a line, upgrades, and goes on as an echo. */
function* upgrading(reader: StreamReader, writer: StreamWriter) {
  yield* reader.readLine();
  writer.write("go\n");
  yield* writer.startTls(serverContext());
  yield* echo(reader, writer);
}

/** A plain connection on which both sides have agreed on TLS. */
async function agreed(port: number): Promise<[StreamReader, StreamWriter]> {
  const [reader, writer] = await openConnection("127.0.0.1", port);
  writer.write("starttls\n");
  assert.equal(text(await reader.readLine()), "go\n");
  return [reader, writer];
}

const TO_LOCALHOST = { serverHostname: "localhost" };

describe("StreamWriter.startTls", () => {
  it("upgrades both sides, as often as one likes", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const server = await startServer(upgrading, "127.0.0.1", 0);
        for (let i = 0; i < 3; i++) {
          const [reader, writer] = await agreed(portOf(server));
          const plain = writer.transport;
          assert.equal(writer.getExtraInfo("sslObject"), undefined);
          assert.equal(writer.getExtraInfo("sslObject", null), null);
          assert.equal(writer.canWriteEof(), true);
          await writer.startTls(clientContext(), TO_LOCALHOST);
          assert.ok(writer.getExtraInfo("sslObject") instanceof SslObject);
          assert.notEqual(writer.transport, plain);
          assert.equal(writer.canWriteEof(), false);
          assert.deepEqual(writer.getExtraInfo("peername"), plain.getExtraInfo("peername"));
          const much = new Uint8Array(300_000).fill(7);
          writer.write(much);
          assert.deepEqual(await reader.readExactly(much.length), much);
          await closeWriter(writer);
        }
        await closeServer(server);
      })
    ));

  it("takes what the client sent ahead for TLS", () =>
    runQuietly(async () => {
      const handler = async (reader: StreamReader, writer: StreamWriter) => {
        await reader.readLine();
        await withEcho(serverContext(), async (port) => { // time for the client to begin
          for (let i = 0; i < 3; i++) await exchange(port, asClient());
        });
        await writer.startTls(serverContext());
        writer.write(await reader.readLine());
        await closeWriter(writer);
      };
      const server = await startServer(handler, "127.0.0.1", 0);
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
      writer.write("starttls\n"); // and no answer is waited for
      await writer.startTls(clientContext(), TO_LOCALHOST);
      writer.write("hidden\n");
      assert.equal(text(await reader.read()), "hidden\n");
      await closeWriter(writer);
      await closeServer(server);
    }));

  it("does not let words in that were sent before it in plain", () =>
    runQuietly(async () => {
      const seen: string[] = [];
      const handler = async (reader: StreamReader, writer: StreamWriter) => {
        await reader.readLine();
        writer.write("go\nand a word of a third party\n");
        await writer.drain();
        await reader.readLine();
        try {
          await writer.startTls(serverContext());
        } catch (error) {
          seen.push((error as Error).name);
        }
      };
      const server = await startServer(handler, "127.0.0.1", 0);
      const [reader, writer] = await agreed(portOf(server));
      writer.write("now\ninjected command\n");
      const error = await failureOf(() => writer.startTls(clientContext(), TO_LOCALHOST));
      assert.ok(error instanceof SSLError || error instanceof ConnectionResetError, String(error));
      await assert.rejects(async () => await reader.readLine());
      await closeServer(server);
      assert.ok(seen[0] === "SSLError" || seen[0] === "ConnectionResetError", seen.join());
    }));

  it("fails for a certificate that is not to be trusted, and closes the connection", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const server = await startServer(quietly(upgrading), "127.0.0.1", 0);
        for (
          const [context, options] of [
            [clientContext({ ca: certFile("other_ca.pem") }), TO_LOCALHOST],
            [clientContext(), { serverHostname: "elsewhere.example" }],
          ] as const
        ) {
          const [reader, writer] = await agreed(portOf(server));
          assert.ok(await failureOf(() => writer.startTls(context, options)) instanceof SSLCertVerificationError);
          assert.ok(writer.isClosing());
          await assert.rejects(async () => await reader.read(), SSLCertVerificationError);
          await assert.rejects(async () => await writer.waitClosed(), SSLCertVerificationError);
        }
        await closeServer(server);
      })
    ));

  it("tells a server why its client is refused", () =>
    runQuietly(async () => {
      const refused: (Error & { code?: string })[] = [];
      const handler = async (reader: StreamReader, writer: StreamWriter) => {
        await reader.readLine();
        writer.write("go\n");
        const context = serverContext({ ca: certFile("ca.pem"), verifyMode: "required" });
        refused.push(await failureOf(() => writer.startTls(context)));
      };
      const server = await startServer(handler, "127.0.0.1", 0);
      for (const options of [identity("stranger"), {}]) {
        const [reader, writer] = await agreed(portOf(server));
        await writer.startTls(clientContext(options), TO_LOCALHOST).then(() => reader.read()).catch(() => {});
        await closeWriter(writer).catch(() => {});
      }
      await closeServer(server);
      assert.ok(refused[0] instanceof SSLCertVerificationError, String(refused[0]));
      assert.equal(refused[0]!.code, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
      assert.ok(refused[1] instanceof SSLError, String(refused[1]));
      assert.equal(refused[1]!.code, "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE");
    }));

  it("has its own handshake timeout", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const silent = await rawServer((chunk, socket) => {
          if (text(chunk) === "starttls\n") socket.write("go\n");
        });
        const [, writer] = await agreed(silent.port);
        const options = { ...TO_LOCALHOST, sslHandshakeTimeout: 20 };
        assert.equal((await failureOf(() => writer.startTls(clientContext(), options))).name, "ConnectionAbortedError");
        await closeWriter(writer).catch((error) => assert.equal(error.name, "ConnectionAbortedError"));
        await silent.close();
      })
    ));

  it("that is cancelled closes the connection", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const begun = new Event();
        const silent = await rawServer((chunk, socket) => {
          if (text(chunk) === "starttls\n") socket.write("go\n");
          else begun.set();
        });
        const [reader, writer] = await agreed(silent.port);
        const task = createTask(() => writer.startTls(clientContext(), TO_LOCALHOST));
        await begun.wait();
        task.cancel();
        await assert.rejects(() => task, { name: "CancelledError" });
        assert.equal((await reader.read()).length, 0);
        await writer.waitClosed();
        await silent.close();
      })
    ));

  it("is nothing for a connection that is closing", () =>
    runQuietly(async () => {
      const server = await startServer(echo, "127.0.0.1", 0);
      const [, writer] = await openConnection("127.0.0.1", portOf(server));
      writer.close();
      await assert.rejects(async () => await writer.startTls(clientContext(), TO_LOCALHOST), (error) =>
        error instanceof RuntimeError || error instanceof ConnectionResetError);
      await closeServer(server);
    }));

  it("leaves the connection to its server, which closes it in due form and waits for its end", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const upgraded = new Event();
        let lost = false;
        const handler = async (_reader: StreamReader, writer: StreamWriter) => {
          await writer.startTls(serverContext());
          writer.write(new Uint8Array(3_000_000));
          upgraded.set();
          await writer.waitClosed();
          lost = true;
        };
        const server = await startServer(handler, "127.0.0.1", 0);
        const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
        await writer.startTls(clientContext(), TO_LOCALHOST);
        await upgraded.wait();
        server.closeClients();
        const closed = createTask(() => closeServer(server));
        assert.equal((await reader.read()).length, 3_000_000);
        writer.close();
        await closed;
        assert.equal(lost, true);
        await writer.waitClosed();
      })
    ));

  it("lets a server close a connection whose handshake is under way", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const failures: string[] = [];
        const begun = new Event();
        const handler = async (_reader: StreamReader, writer: StreamWriter) => {
          const upgrade = createTask(() => failureOf(() => writer.startTls(serverContext())));
          begun.set();
          failures.push((await upgrade).name);
        };
        const server = await startServer(handler, "127.0.0.1", 0);
        const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
        await begun.wait();
        await closeSoon(server);
        assert.equal((await reader.read()).length, 0);
        await closeWriter(writer);
        assert.deepEqual(failures, ["ConnectionResetError"]);
      })
    ));

  it("may change sides: who accepted may be the client", () =>
    runQuietly(async () => {
      const handler = function* (reader: StreamReader, writer: StreamWriter) {
        yield* writer.startTls(clientContext(), { serverSide: false, ...TO_LOCALHOST });
        yield* echo(reader, writer);
      };
      const server = await startServer(handler, "127.0.0.1", 0);
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
      await writer.startTls(serverContext(), { serverSide: true });
      writer.write("x\n");
      assert.equal(text(await reader.readLine()), "x\n");
      await closeWriter(writer);
      await closeServer(server);
    }));
});

/** Closes a server with its clients, once it has had a few turns. */
async function closeSoon(server: Server): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await sleep(0);
  server.closeClients();
  await closeServer(server);
}

/** A handler whose failures nobody wants to hear of. */
function quietly(handler: (reader: StreamReader, writer: StreamWriter) => Generator<unknown, void, never>) {
  return async (reader: StreamReader, writer: StreamWriter) => {
    await createTask(() => handler(reader, writer) as never).catch((error) => {
      assert.ok(error instanceof SSLError || error instanceof ConnectionResetError, String(error));
    });
  };
}

describe("loop.startTls", () => {
  it("gives a transport for the same protocol, which is not told of the connection again", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const loop = getRunningLoop();
        const lost = [new Event(), new Event()];
        const upgradedServer = new Event();
        const log = (protocol: LoggingProtocol, event: Event) => {
          protocol.connectionLost = (error) => {
            LoggingProtocol.prototype.connectionLost.call(protocol, error);
            event.set();
          };
          return protocol;
        };
        const atServer = log(new LoggingProtocol(), lost[0]!);
        const server = await loop.createServer(() => atServer, { host: "127.0.0.1", port: 0 });
        const [plain, client] = await loop.createConnection(() => log(new LoggingProtocol(), lost[1]!), {
          host: "127.0.0.1",
          port: portOf(server),
        });
        const accept = async () => {
          while (atServer.transport === null) await new Promise<void>((resolve) => setTimeout(resolve, 0));
          const transport = await loop.startTls(atServer.transport, atServer, serverContext(), { serverSide: true });
          upgradedServer.set();
          return transport;
        };
        const connect = async () => await loop.startTls(plain, client, clientContext(), TO_LOCALHOST);
        const [above, upgraded] = await gather([accept, connect]);
        assert.deepEqual([client.log, atServer.log], [["made"], ["made"]]);
        assert.equal(upgraded.getProtocol(), client);
        above.write("from the server");
        above.close();
        await gather(lost.map((event) => () => event.wait()));
        assert.deepEqual(client.log, ["made", "data from the server", "eof", "lost"]);
        assert.deepEqual(atServer.log, ["made", "lost"]);
        assert.equal(plain.isClosing(), true);
        await closeServer(server);
      })
    ));

  it("comes after what was written before, and tells the protocol to go on that was told to pause", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const loop = getRunningLoop();
        const size = 12_000_000;
        const handler = async (reader: StreamReader, writer: StreamWriter) => {
          assert.equal((await reader.readExactly(size)).length, size);
          await writer.startTls(serverContext());
          writer.write(await reader.readLine());
          await closeWriter(writer);
        };
        const server = await startServer(handler, "127.0.0.1", 0);
        const lost = new Event();
        const client = new LoggingProtocol();
        client.connectionLost = () => lost.set();
        const [plain] = await loop.createConnection(() => client, { host: "127.0.0.1", port: portOf(server) });
        plain.write(new Uint8Array(size));
        assert.deepEqual(client.log, ["made", "pauseWriting"]);
        const upgraded = await loop.startTls(plain, client, clientContext(), TO_LOCALHOST);
        upgraded.write("hidden\n");
        await lost.wait();
        assert.deepEqual(client.log, ["made", "pauseWriting", "resumeWriting", "data hidden\n", "eof"]);
        await closeServer(server);
      })
    ));

  it("makes TLS inside TLS, and that again inside", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const server = await startServer(
          function* (reader: StreamReader, writer: StreamWriter) {
            for (const name of ["elsewhere", "foreign"]) {
              const line = yield* reader.readLine();
              assert.equal(text(line), "deeper\n");
              writer.write("go\n");
              yield* writer.startTls(serverContext({}, name));
            }
            yield* echo(reader, writer);
          },
          "127.0.0.1",
          0,
          { ssl: serverContext() },
        );
        const [reader, writer] = await openConnection("127.0.0.1", portOf(server), asClient());
        const trusted = clientContext({ ca: [certFile("ca.pem"), certFile("other_ca.pem")] });
        for (const [name, serverHostname] of [["elsewhere", "elsewhere.example"], ["foreign", "localhost"]] as const) {
          writer.write("deeper\n");
          assert.equal(text(await reader.readLine()), "go\n");
          await writer.startTls(trusted, { serverHostname });
          assert.equal(writer.getExtraInfo("peercert")!.subject["CN"], name);
        }
        const sent = Uint8Array.from({ length: 2_000_000 }, (_, index) => index * 7);
        const send = async () => {
          for (let at = 0; at < sent.length; at += 50_000) {
            writer.write(sent.subarray(at, at + 50_000));
            await writer.drain();
          }
        };
        const [, received] = await gather([send, async () => await reader.readExactly(sent.length)]);
        assert.deepEqual(received, sent);
        await closeWriter(writer);
        await closeServer(server);
      })
    ));
});
