import { createPrivateKey } from "node:crypto";
import * as fs from "node:fs";
import {
  createSslContext,
  FileNotFoundError,
  getRunningLoop,
  openConnection,
  Protocol,
  sleep,
  SSLCertVerificationError,
  SslContext,
  type SslContextOptions,
  SSLError,
  startServer,
  type StreamWriter,
  UnsupportedOperationError,
} from "../../mod.ts";
import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runQuietly } from "./_support.ts";
import {
  asClient,
  certFile,
  clientContext,
  closeServer,
  echo,
  exchange,
  identity,
  portOf,
  serverContext,
  withEcho,
} from "./_tls_support.ts";

function read(name: string): string {
  return fs.readFileSync(certFile(name), "utf8");
}

function refusal(options: unknown): unknown {
  try {
    createSslContext(options as SslContextOptions);
  } catch (error) {
    return error;
  }
  return null;
}

describe("createSslContext: material", () => {
  it("is PEM as text, as bytes or in a file", () =>
    runQuietly(async () => {
      const cert = read("localhost.pem");
      const key = read("localhost.key");
      const bytes = new TextEncoder();
      for (
        const server of [
          { cert, key },
          { cert: bytes.encode(cert), key: bytes.encode(key) },
          { cert: certFile("localhost.pem"), key: certFile("localhost.key") },
          { cert: cert + key },
          { cert: key + cert },
        ]
      ) {
        await withEcho(createSslContext(server), (port) => exchange(port, asClient()));
      }
      for (
        const ca of [
          read("ca.pem"),
          bytes.encode(read("ca.pem")),
          [read("other_ca.pem"), certFile("ca.pem")],
          read("other_ca.pem") + read("ca.pem"),
        ]
      ) {
        await withEcho(serverContext(), (port) => exchange(port, asClient({ ca })));
      }
    }));

  it("may be a key that is encrypted", () =>
    runQuietly(async () => {
      const encrypted = { cert: certFile("localhost.pem"), key: certFile("localhost_encrypted.key") };
      await withEcho(createSslContext({ ...encrypted, passphrase: "open sesame" }), (port) => exchange(port, asClient()));
      assert.ok(refusal({ ...encrypted, passphrase: "wrong" }) instanceof SSLError);
      assert.ok(refusal(encrypted) instanceof SSLError);
    }));

  it("may be of RSA, or a key in any form that openssl writes", () =>
    runQuietly(async () => {
      await withEcho(serverContext({}, "rsa"), (port) => exchange(port, asClient()));
      const key = createPrivateKey(read("localhost.key")).export({ type: "sec1", format: "pem" }) as string;
      assert.match(key, /BEGIN EC PRIVATE KEY/);
      await withEcho(createSslContext({ cert: read("localhost.pem"), key }), (port) => exchange(port, asClient()));
    }));

  it("leads to an authority by others, which the certificate's file holds, on both sides", () =>
    runQuietly(async () => {
      const whole = read("chained.pem");
      const ssl = createSslContext({ cert: whole, key: read("chained.key"), ca: certFile("ca.pem"), verifyMode: "required" });
      await withEcho(ssl, (port) => exchange(port, asClient(identity("chained"))));
      const cert = whole.slice(0, whole.indexOf("-----END CERTIFICATE-----") + 26); // without them nobody can tell
      await withEcho(createSslContext({ cert, key: read("chained.key") }), async (port) => {
        await assert.rejects(async () => await openConnection("127.0.0.1", port, asClient()), SSLCertVerificationError);
      });
    }));

  it("is refused at the call when key and certificate do not belong together", () => {
    const error = refusal({ cert: certFile("localhost.pem"), key: certFile("client.key") });
    assert.ok(error instanceof SSLError);
    assert.equal(error.code, "ERR_OSSL_X509_KEY_VALUES_MISMATCH");
    assert.match(error.message, /^Cannot create an SSL context: the key is not that of the certificate/);
    assert.ok(
      refusal({ ...identity("localhost"), sni: { other: { cert: certFile("client.pem"), key: certFile("localhost.key") } } }) instanceof
        SSLError,
    );
  });

  it("is refused at the call when it cannot be read", () => {
    const cut = read("localhost.pem").replace(/\n.{64}\n/, "\n");
    for (
      const options of [
        { cert: "nonsense", key: read("localhost.key") },
        { cert: cut, key: read("localhost.key") },
        { cert: read("localhost.pem"), key: "nonsense" },
        { cert: read("localhost.pem") },
        { ca: "nonsense" },
        { ca: [read("ca.pem"), ""] },
        { ca: read("localhost.key") },
        { ca: cut },
      ]
    ) assert.ok(refusal(options) instanceof SSLError, JSON.stringify(options).slice(0, 60));
  });

  it("is refused at the call when the file is not there", () => {
    const error = refusal({ ca: certFile("nobody.pem") });
    assert.ok(error instanceof FileNotFoundError);
    assert.equal(error.code, "ENOENT");
  });
});

describe("createSslContext: options", () => {
  it("are checked", () => {
    const own = identity("localhost");
    for (
      const options of [
        null,
        7,
        { cert: 7 },
        { ...own, key: {} },
        { ca: 7 },
        { ca: [null] },
        { ...own, passphrase: 7 },
        { alpnProtocols: "h2" },
        { alpnProtocols: [7] },
        { checkHostname: "yes" },
        { sni: 7 },
        { sni: null },
      ]
    ) assert.ok(refusal(options) instanceof TypeError, JSON.stringify(options));
    for (
      const options of [
        { key: certFile("localhost.key") },
        { verifyMode: "maybe" },
        { minVersion: "SSLv3" },
        { alpnProtocols: [""] },
        { alpnProtocols: ["x".repeat(256)] },
        { checkHostname: true, verifyMode: "none" },
        { sni: { "a.test": { ...own, sni: {} } } },
      ]
    ) assert.ok(refusal(options) instanceof RangeError, JSON.stringify(options));
  });

  it("cannot be gone around by new", () => {
    assert.throws(() => new (SslContext as unknown as new () => SslContext)(), TypeError);
  });

  it("need a host that has TLS", () => {
    const { tls: _tls, ...runtime } = defaultRuntime();
    return runQuietly(async () => {
      assert.ok(refusal({}) instanceof UnsupportedOperationError);
      await sleep(0);
    }, { runtime });
  });
});

describe("where connections are made", () => {
  it("TLS options are checked at the call", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const connecting = (options: object) => () => void openConnection("127.0.0.1", 1, options);
      const listening = (options: object) => () => void startServer(echo, "127.0.0.1", 0, options);
      const ssl = clientContext();
      for (const options of [{ ssl: "yes" }, { ssl: {} }, { ssl, serverHostname: 7 }, { ssl, sslHandshakeTimeout: "1" }]) {
        assert.throws(connecting(options), TypeError);
      }
      for (
        const options of [
          { serverHostname: "x" },
          { ssl: false, serverHostname: "x" },
          { sslHandshakeTimeout: 1 },
          { sslShutdownTimeout: 1 },
          { ssl, sslHandshakeTimeout: 0 },
          { ssl, sslHandshakeTimeout: NaN },
          { ssl, sslShutdownTimeout: -1 },
          { ssl, serverHostname: "" },
          { ssl: true, serverHostname: "" },
        ]
      ) assert.throws(connecting(options), RangeError, JSON.stringify(options));
      for (const options of [{ ssl: true }, { ssl: {} }, { ssl: serverContext(), sslHandshakeTimeout: "1" }]) {
        assert.throws(listening(options), TypeError);
      }
      for (const options of [{ sslHandshakeTimeout: 1 }, { ssl: serverContext(), sslShutdownTimeout: 0 }, { ssl: clientContext() }]) {
        assert.throws(listening(options), RangeError);
      }
      const start = (transport: unknown, context: unknown, options = {}) => () =>
        void loop.startTls(transport as StreamWriter["transport"], new Protocol(), context as SslContext, options);
      const server = await startServer(echo, "127.0.0.1", 0);
      const [, writer] = await openConnection("127.0.0.1", portOf(server));
      assert.throws(start({}, ssl), TypeError);
      assert.throws(start(null, ssl), TypeError);
      assert.throws(start(writer.transport, true), TypeError);
      assert.throws(start(writer.transport, ssl), RangeError); // no name
      assert.throws(start(writer.transport, ssl, { serverSide: true }), RangeError); // no certificate
      assert.throws(start(writer.transport, serverContext(), { serverSide: true, serverHostname: "x" }), RangeError);
      assert.throws(() => void writer.startTls(ssl, {}), RangeError);
      writer.close();
      await closeServer(server);
    }));
});
