import {
  ConnectionAbortedError,
  ConnectionError,
  ConnectionResetError,
  createTask,
  Event,
  getRunningLoop,
  openConnection,
  OSError,
  Protocol,
  SSLCertVerificationError,
  type SslContextOptions,
  SSLError,
  SslObject,
  startServer,
  type StreamReader,
  type StreamWriter,
  timeout,
  TimeoutError,
} from "../../mod.ts";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { LoggingProtocol, runQuietly, runReported, text } from "./_support.ts";
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

/** Deno's TLS has one word for several things that are wrong with a certificate. */
const DENO_SAYS = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";

/** What a client gets that connects to a server of the named certificate. */
function clientFailure(certificate: string, options: SslContextOptions = {}, host = "localhost"): Promise<Error & { code?: string }> {
  return withEcho(serverContext({}, certificate), (port) => failureOf(() => openConnection("127.0.0.1", port, asClient(options, host))));
}

describe("a client", () => {
  it("trusts a server whose certificate leads to an authority and is of its name or address", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        await exchange(port, asClient());
        await exchange(port, { ssl: clientContext() }); // 127.0.0.1
        await exchange(port, asClient({ minVersion: "TLSv1.3" }));
      })
    ));

  for (
    const [what, certificate, code, options] of [
      ["an unknown authority", "foreign", DENO_SAYS, {}],
      ["itself", "self_signed", "DEPTH_ZERO_SELF_SIGNED_CERT", {}],
      ["an authority that the host does not trust", "localhost", DENO_SAYS, { ca: certFile("other_ca.pem") }],
    ] as const
  ) {
    it(`does not trust a certificate that is signed by ${what}`, () =>
      runQuietly(() =>
        leavingNothing(async () => {
          const error = await clientFailure(certificate, options);
          assert.ok(error instanceof SSLCertVerificationError, String(error));
          assert.ok(error instanceof OSError);
          assert.equal(error.code, code);
          assert.ok(error.cause !== undefined);
        })
      ));
  }

  it("does not trust one that has expired", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const error = await clientFailure("expired");
        assert.ok(error instanceof SSLCertVerificationError);
        assert.equal(error.code, runtimeName === "deno" ? DENO_SAYS : "CERT_HAS_EXPIRED");
      })
    ));

  it("does not trust one of another name or address", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        for (const host of ["elsewhere.example", "127.0.0.2", "::1"]) {
          const error = await clientFailure("localhost", {}, host);
          assert.ok(error instanceof SSLCertVerificationError, String(error));
          assert.equal(error.code, "ERR_TLS_CERT_ALTNAME_INVALID");
        }
      })
    ));

  it("checks less only when it is asked to", () =>
    runQuietly(async () => {
      await withEcho(serverContext(), (port) => exchange(port, asClient({ checkHostname: false }, "elsewhere.example")));
      await withEcho(serverContext(), (port) => exchange(port, asClient({ checkHostname: false }, "")));
      await withEcho(serverContext({}, "foreign"), (port) => exchange(port, asClient({ verifyMode: "none" }, "who.ever")));
      const error = await clientFailure("foreign", { checkHostname: false });
      assert.ok(error instanceof SSLCertVerificationError);
    }));

  it("trusts whom the host trusts with ssl: true", () =>
    runQuietly(() =>
      withEcho(serverContext(), async (port) => {
        assert.ok(await failureOf(() => openConnection("127.0.0.1", port, { ssl: true })) instanceof SSLCertVerificationError);
      })
    ));

  it("speaks the protocol that both sides know (ALPN)", () =>
    runQuietly(() =>
      withEcho(serverContext({ alpnProtocols: ["h2", "http/1.1"] }), async (port) => {
        const spoken = async (alpnProtocols?: readonly string[]) => {
          const [, writer] = await openConnection("127.0.0.1", port, asClient(alpnProtocols === undefined ? {} : { alpnProtocols }));
          const protocol = writer.getExtraInfo("sslObject")!.selectedAlpnProtocol();
          await closeWriter(writer);
          return protocol;
        };
        assert.equal(await spoken(["http/1.1"]), "http/1.1");
        assert.equal(await spoken(["x", "h2"]), "h2");
        assert.equal(await spoken(), null);
        await assert.rejects(() => spoken(["x"]), ConnectionOrSslError);
      })
    ));
});

/** Some hosts end the connection without an alert. */
function ConnectionOrSslError(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof SSLError;
}

describe("a server", () => {
  /** What a server of these terms makes of a client: whether its handler ran, and what the client saw. */
  async function visit(server: SslContextOptions, client: string | null): Promise<{ handled: string[]; seen: string }> {
    const handled: string[] = [];
    const handler = (_reader: StreamReader, writer: StreamWriter): void => {
      const peercert = writer.getExtraInfo("peercert");
      handled.push(peercert === null ? "nobody" : String(peercert!.subject["CN"]));
      writer.write("welcome");
      writer.close();
    };
    const listening = await startServer(handler, "127.0.0.1", 0, { ssl: serverContext(server) });
    let seen: string;
    try {
      const [reader, writer] = await openConnection("127.0.0.1", portOf(listening), asClient(client === null ? {} : identity(client)));
      try {
        seen = text(await reader.read()) || "the end";
      } finally {
        await closeWriter(writer).catch((error) => assert.ok(ConnectionOrSslError(error)));
      }
    } catch (error) {
      assert.ok(ConnectionOrSslError(error), String(error));
      seen = "an error";
    }
    await closeServer(listening);
    return { handled, seen };
  }

  const ca = certFile("ca.pem");

  it("asks for no certificate unless it is told to", () =>
    runQuietly(async () => {
      assert.deepEqual(await visit({}, "client"), { handled: ["nobody"], seen: "welcome" });
      assert.deepEqual(await visit({ ca }, "stranger"), { handled: ["nobody"], seen: "welcome" });
    }));

  it("lets clients in whose certificate leads to an authority, and does not ask where its name, client.example, is", () =>
    runQuietly(async () => {
      for (const minVersion of ["TLSv1.2", "TLSv1.3"] as const) {
        assert.deepEqual(await visit({ ca, verifyMode: "required", minVersion }, "client"), { handled: ["client"], seen: "welcome" });
      }
    }));

  // That of elsewhere is for servers only.
  for (const client of [null, "stranger", "expired", "self_signed", "elsewhere"]) {
    it(`never lets a client in that has ${client === null ? "no certificate" : `the certificate of ${client}`}, when one is required`, () =>
      runQuietly(() =>
        leavingNothing(async () => {
          const { handled, seen } = await visit({ ca, verifyMode: "required" }, client);
          assert.deepEqual(handled, []);
          assert.notEqual(seen, "welcome");
        })
      ));
  }

  it("without authorities of its own trusts whom the host trusts, and nobody else", () =>
    runQuietly(async () => {
      assert.deepEqual((await visit({ verifyMode: "required" }, "client")).handled, []);
    }));

  it("lets those in that have none, where one is optional, but nobody with a bad one", () =>
    runQuietly(async () => {
      assert.deepEqual(await visit({ ca, verifyMode: "optional" }, null), { handled: ["nobody"], seen: "welcome" });
      assert.deepEqual(await visit({ ca, verifyMode: "optional" }, "client"), { handled: ["client"], seen: "welcome" });
      for (const client of ["stranger", "expired", "self_signed"]) {
        assert.deepEqual((await visit({ ca, verifyMode: "optional" }, client)).handled, []);
      }
    }));

  it("refuses a client again that comes back", () =>
    runQuietly(async () => {
      const ssl = serverContext({ ca, verifyMode: "required" });
      let handled = 0;
      const server = await startServer(() => void handled++, "127.0.0.1", 0, { ssl });
      const client = asClient(identity("stranger"));
      for (let i = 0; i < 3; i++) {
        await assert.rejects(async () => {
          const [reader, writer] = await openConnection("127.0.0.1", portOf(server), client);
          try {
            if ((await reader.read()).length === 0) throw new ConnectionError("refused");
          } finally {
            writer.close();
          }
        }, ConnectionOrSslError);
      }
      await closeServer(server);
      assert.equal(handled, 0);
    }));

  it("shows each name its own certificate (SNI)", () =>
    runQuietly(async () => {
      const ssl = serverContext({
        sni: {
          "Elsewhere.Example": identity("elsewhere"),
          "*.wild.example": identity("elsewhere"),
          "closed.test": { verifyMode: "required", ca: certFile("ca.pem") },
        },
      });
      await withEcho(ssl, async (port) => {
        const shown = async (host: string, options: SslContextOptions = {}) => {
          const writer = await exchange(port, asClient(options, host));
          return writer.getExtraInfo("peercert")!.subject["CN"];
        };
        assert.equal(await shown("localhost"), "localhost");
        assert.equal(await shown("127.0.0.1"), "localhost");
        assert.equal(await shown("elsewhere.example"), "elsewhere");
        assert.equal(await shown("ELSEWHERE.example"), "elsewhere");
        assert.equal(await shown("any.wild.example"), "elsewhere");
        assert.equal(await shown("unknown.test", { checkHostname: false }), "localhost");
        assert.equal(await shown("a.b.wild.example", { checkHostname: false }), "localhost");
        assert.equal(await shown("closed.test", { checkHostname: false, ...identity("client") }), "localhost");
        const stranger = asClient({ checkHostname: false, ...identity("stranger") }, "closed.test");
        await assert.rejects(() => exchange(port, stranger), (error) =>
          ConnectionOrSslError(error) || error instanceof assert.AssertionError);
      });
    }));

  it("does not speak an older version than it wants", () =>
    runQuietly(async () => {
      const tls12 = await startRawTls12();
      try {
        await assert.rejects(() => openConnection("127.0.0.1", tls12.port, asClient({ minVersion: "TLSv1.3" })), ConnectionOrSslError);
        await exchange(tls12.port, asClient());
      } finally {
        await tls12.close();
      }
    }));

  it("says nothing of clients that fail, unless one debugs", async () => {
    for (const debug of [false, true]) {
      const { reports } = await runReported(async () => {
        await withEcho(serverContext(), async (port) => {
          await failureOf(() => openConnection("127.0.0.1", port, { ssl: true }));
          const [, writer] = await openConnection("127.0.0.1", port);
          writer.close();
        });
      }, { debug });
      const messages = new Set(reports.map(({ message }) => message));
      assert.deepEqual([...messages], debug ? ["Error on transport creation for incoming connection"] : []);
    }
  });
});

/** A server of the host's that speaks TLS 1.2 at the most, and echoes. */
async function startRawTls12(): Promise<{ port: number; close(): Promise<void> }> {
  const { createServer } = await import("node:tls");
  const { readFileSync } = await import("node:fs");
  const { until } = await import("../../mod.ts");
  const server = createServer(
    { cert: readFileSync(certFile("localhost.pem")), key: readFileSync(certFile("localhost.key")), maxVersion: "TLSv1.2" },
    (socket) => {
      socket.on("error", () => {});
      socket.pipe(socket);
    },
  );
  server.on("tlsClientError", () => {});
  await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const { port } = server.address() as { port: number };
  return { port, close: async () => await until(new Promise<void>((resolve) => server.close(() => resolve()))) };
}

describe("a connection by TLS", () => {
  it("tells what was agreed on", () =>
    runQuietly(async () => {
      const seen: (SslObject | undefined)[] = [];
      const ssl = serverContext({ ca: certFile("ca.pem"), verifyMode: "required", alpnProtocols: ["x"] });
      const handler = (_reader: StreamReader, writer: StreamWriter): void => {
        seen.push(writer.getExtraInfo("sslObject"));
        writer.close();
      };
      const server = await startServer(handler, "127.0.0.1", 0, { ssl });
      const options = asClient({ alpnProtocols: ["x"], ...identity("client") });
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server), options);
      await reader.read();
      const client = writer.getExtraInfo("sslObject")!;
      const [atServer] = seen as [SslObject];
      assert.ok(client instanceof SslObject);
      assert.equal(writer.getExtraInfo("sslContext"), options.ssl);
      assert.equal(client.context, options.ssl);
      assert.equal(atServer.context, ssl);
      for (const one of [client, atServer]) {
        assert.equal(one.version(), "TLSv1.3");
        assert.match(one.cipher().name, /^TLS_/);
        assert.equal(one.selectedAlpnProtocol(), "x");
        assert.ok(one.native !== undefined);
      }
      assert.deepEqual([client.serverSide, client.serverHostname], [false, "localhost"]);
      assert.deepEqual([atServer.serverSide, atServer.serverHostname], [true, null]);
      assert.deepEqual(writer.getExtraInfo("cipher"), client.cipher());
      assert.equal(writer.getExtraInfo("compression"), null);
      const cert = writer.getExtraInfo("peercert")!;
      assert.equal(cert.subject["CN"], "localhost");
      assert.equal(cert.issuer["CN"], "tsyncio test CA");
      assert.equal(cert.subjectAltName, "DNS:localhost, IP Address:127.0.0.1");
      assert.ok(Date.parse(cert.notBefore) < Date.now() && Date.parse(cert.notAfter) > Date.now());
      assert.match(cert.fingerprint256, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
      assert.match(cert.serialNumber, /^[0-9A-F]+$/i);
      assert.equal(cert.raw[0], 0x30);
      assert.equal(atServer.getPeercert()!.subject["CN"], "client");
      assert.deepEqual(writer.getExtraInfo("peername"), { host: "127.0.0.1", port: portOf(server), family: "IPv4" });
      assert.ok(writer.getExtraInfo("socket") !== undefined);
      await closeWriter(writer);
      await closeServer(server);
    }));

  it("is not there before its handshake is over, and its data comes afterwards", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const peers: LoggingProtocol[] = [];
      const factory = () => {
        const peer = new LoggingProtocol();
        const made = peer.connectionMade.bind(peer);
        peer.connectionMade = (transport) => {
          made(transport);
          transport.write("hello");
        };
        peers.push(peer);
        return peer;
      };
      const server = await loop.createServer(factory, { host: "127.0.0.1", port: 0, ssl: serverContext() });
      const protocol = new LoggingProtocol();
      const arrived = new Event();
      const received = protocol.dataReceived.bind(protocol);
      protocol.dataReceived = (data) => {
        received(data);
        arrived.set();
      };
      const [transport] = await loop.createConnection(() => protocol, { host: "127.0.0.1", port: portOf(server), ...asClient() });
      assert.deepEqual(protocol.log, ["made"]);
      await arrived.wait();
      assert.deepEqual(protocol.log, ["made", "data hello"]);
      assert.equal(transport.getProtocol(), protocol);
      assert.equal(transport.canWriteEof(), false);
      const lost = new Event();
      protocol.connectionLost = (error) => {
        LoggingProtocol.prototype.connectionLost.call(protocol, error);
        lost.set();
      };
      transport.close();
      assert.equal(transport.isClosing(), true);
      await closeServer(server);
      await lost.wait();
      assert.deepEqual(protocol.log, ["made", "data hello", "lost"]);
      assert.deepEqual(peers[0]!.log, ["made", "eof", "lost"]);
    }));
});

describe("a handshake", () => {
  it("that takes too long is given up, by the client", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const silent = await rawServer(() => {});
        const options = { ...asClient(), sslHandshakeTimeout: 30 };
        const error = await failureOf(() => openConnection("127.0.0.1", silent.port, options));
        assert.ok(error instanceof ConnectionAbortedError);
        assert.equal(error.message, "SSL handshake is taking longer than 0.03 seconds: aborting the connection");
        await silent.close();
      })
    ));

  it("that takes too long is given up, by the server", () =>
    runQuietly(async () => {
      for (const ssl of [serverContext(), serverContext({ sni: { other: identity("elsewhere") } })]) {
        const server = await startServer(echo, "127.0.0.1", 0, { ssl, sslHandshakeTimeout: 30 });
        const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
        await reader.read().catch((error) => assert.ok(error instanceof ConnectionResetError));
        writer.close();
        await closeServer(server);
      }
    }));

  it("that is cancelled leaves nothing open", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const begun = new Event();
        const ended = new Event();
        const silent = await rawServer((_chunk, socket) => {
          (socket as unknown as { on(event: "close", listener: () => void): void }).on("close", () => ended.set());
          begun.set();
        });
        const protocol = new LoggingProtocol();
        const task = createTask(() =>
          getRunningLoop().createConnection(() => protocol, { host: "127.0.0.1", port: silent.port, ...asClient() })
        );
        await begun.wait();
        task.cancel();
        await assert.rejects(() => task, { name: "CancelledError" });
        await ended.wait();
        assert.deepEqual(protocol.log, []);
        await silent.close();
      })
    ));

  it("can be limited from outside", () =>
    runQuietly(async () => {
      const silent = await rawServer(() => {});
      await assert.rejects(async () => await timeout(20, () => openConnection("127.0.0.1", silent.port, asClient())), TimeoutError);
      await silent.close();
    }));

  it("is closed with its server's other connections", () =>
    runQuietly(async () => {
      for (const method of ["closeClients", "abortClients"] as const) {
        const accepted = new Event();
        const factory = () => {
          accepted.set();
          return new Protocol();
        };
        const server = await getRunningLoop().createServer(factory, { host: "127.0.0.1", port: 0, ssl: serverContext() });
        const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
        await accepted.wait();
        server[method]();
        await reader.read().catch((error) => assert.ok(error instanceof ConnectionResetError));
        writer.close();
        await closeServer(server);
      }
    }));
});
