/**
 * TlsDriver over node:tls, for Node, Bun and Deno.
 *
 * Differences that cannot be hidden: Deno says UNABLE_TO_VERIFY_LEAF_SIGNATURE of an expired certificate; Bun sends no more once the peer has
 * ended, and hears no more once this side has; a server whose clients ask for protocols (ALPN) of which it has none refuses them, where OpenSSL would go on without one.
 *
 * @module
 */
import { SSLError } from "../../errors.ts";
import type {
  TlsClientTerms,
  TlsContextHandle,
  TlsDriver,
  TlsEvents,
  TlsMaterial,
  TlsServerTerms,
  TlsSession,
} from "../../runtime/tls_driver.ts";
import { toOSError } from "./error_map.ts";
import { getBuiltin } from "./host.ts";
import { NodeTlsSession } from "./node_tls_session.ts";
import type {
  NodeCryptoModule,
  NodeFsModule,
  NodeKey,
  NodeTlsMaterial,
  NodeTlsModule,
  NodeTlsServer,
  NodeTlsSocket,
} from "./node_tls_modules.ts";
import { toSslError } from "./tls_errors.ts";

/** The driver. `hearsLastEnd` says whether the host's sockets read on after their own end. */
export function nodeTls(hearsLastEnd = true): TlsDriver {
  return new NodeTls(hearsLastEnd);
}

class NodeTls implements TlsDriver {
  readonly #hearsLastEnd: boolean;

  constructor(hearsLastEnd: boolean) {
    this.#hearsLastEnd = hearsLastEnd;
  }

  readFile(url: string): Uint8Array {
    try {
      return getBuiltin<NodeFsModule>("node:fs").readFileSync(new URL(url));
    } catch (error) {
      throw toOSError(error, `read ${url}`);
    }
  }

  createContext(material: TlsMaterial): TlsContextHandle {
    const { minVersion, alpnProtocols = [], ca } = material;
    for (const text of ca ?? []) checkCertificates(text, "a certificate authority");
    const hostMaterial = {
      minVersion,
      ...identityOf(material),
      ...(ca === undefined ? {} : { ca }),
      ...(alpnProtocols.length === 0 ? {} : { ALPNProtocols: alpnProtocols }),
    };
    return new NodeTlsContext(hostMaterial, this.#hearsLastEnd);
  }
}

// ---------------------------------------------------------------- material

/** What a PEM text lacks that holds nothing of the kind, as Node has it. */
const NO_START_LINE = "ERR_OSSL_PEM_NO_START_LINE";
const PRIVATE_KEY = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]*?-----END \1-----/;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The certificate and its key, checked here, for Deno takes anything and fails in the handshake. The key is given on without its passphrase.
 *
 * @throws SSLError unless they are there, can be read and belong together.
 */
function identityOf({ cert, key, passphrase }: TlsMaterial): { readonly cert?: string; readonly key?: string } {
  if (cert === undefined || key === undefined) return {};
  const chain = checkCertificates(cert, "the certificate");
  const { X509Certificate } = getBuiltin<NodeCryptoModule>("node:crypto");
  const privateKey = readKey(key, passphrase);
  if (!new X509Certificate(chain[0]).checkPrivateKey(privateKey)) {
    const code = "ERR_OSSL_X509_KEY_VALUES_MISMATCH"; // as Node has it
    throw new SSLError(`Cannot create an SSL context: the key is not that of the certificate (${code})`, { code });
  }
  return { cert: chain.join("\n"), key: privateKey.export({ type: "pkcs8", format: "pem" }) };
}

/** The certificates in a text. @throws SSLError when there are none, or one cannot be read. */
function checkCertificates(text: string, what: string): [string, ...string[]] {
  const found = text.match(CERTIFICATE);
  if (found === null) {
    throw new SSLError(`Cannot create an SSL context: ${what} is no PEM certificate (${NO_START_LINE})`, { code: NO_START_LINE });
  }
  const { X509Certificate } = getBuiltin<NodeCryptoModule>("node:crypto");
  try {
    for (const one of found) new X509Certificate(one);
  } catch (error) {
    throw toSslError(error, `create an SSL context: ${what} cannot be read`);
  }
  return found as unknown as [string, ...string[]];
}

function readKey(text: string, passphrase: string | undefined): NodeKey {
  const key = PRIVATE_KEY.exec(text)?.[0];
  if (key === undefined) {
    throw new SSLError(`Cannot create an SSL context: there is no private key in PEM (${NO_START_LINE})`, { code: NO_START_LINE });
  }
  const { createPrivateKey } = getBuiltin<NodeCryptoModule>("node:crypto");
  try {
    return createPrivateKey({ key, format: "pem", ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    throw toSslError(error, "create an SSL context: the key cannot be read, or not with this passphrase");
  }
}

// ---------------------------------------------------------------- sessions

/** No timeout: the longest that hosts take. */
const FAR = 2 ** 31 - 1;
/** How many servers are kept for the next clients. */
const MOST_IDLE = 16;

class NodeTlsContext implements TlsContextHandle {
  readonly #material: NodeTlsMaterial;
  readonly #hearsLastEnd: boolean;
  #secureContext: unknown = null;
  readonly #idle: HandshakeServer[] = [];

  constructor(material: NodeTlsMaterial, hearsLastEnd: boolean) {
    this.#material = material;
    this.#hearsLastEnd = hearsLastEnd;
  }

  connect({ serverHostname, verify, checkHostname }: TlsClientTerms, events: TlsEvents): TlsSession {
    const tls = getBuiltin<NodeTlsModule>("node:tls");
    const { isIP } = getBuiltin<{ isIP(host: string): number }>("node:net");
    this.#secureContext ??= tls.createSecureContext(this.#material);
    const session = new NodeTlsSession(events, this.#hearsLastEnd);
    const socket = tls.connect({
      ...this.#material,
      socket: session.wire,
      secureContext: this.#secureContext,
      servername: serverHostname === null || isIP(serverHostname) > 0 ? "" : serverHostname, // addresses are not told (RFC 6066)
      rejectUnauthorized: verify,
      checkServerIdentity: (_host, certificate) => checkHostname ? tls.checkServerIdentity(serverHostname ?? "", certificate) : undefined,
    });
    session.attach(socket);
    socket.on("secureConnect", () => session.secureClient(verify));
    return session;
  }

  accept(terms: TlsServerTerms, events: TlsEvents): TlsSession {
    const session = new NodeTlsSession(events, this.#hearsLastEnd);
    if (terms === "none") {
      const server = this.#idle.pop() ?? new HandshakeServer(this.#material, terms);
      server.shake(session, () => {
        if (this.#idle.length < MOST_IDLE) this.#idle.push(server);
      });
    } else new HandshakeServer(this.#material, terms).shake(session, () => {}); // never again: nobody resumes a session unverified
    return session;
  }
}

/**
 * A server of node:tls for one handshake at a time, since it does not tell which connection a failure is about. A server, because only what comes
 * out of one tells whether the client's certificate was verified.
 */
class HandshakeServer {
  readonly #server: NodeTlsServer;
  #session: NodeTlsSession | null = null;
  /** Connections that are no business of it any more. */
  readonly #released = new WeakSet<NodeTlsSocket>();
  #done: () => void = () => {};

  constructor(material: NodeTlsMaterial, terms: TlsServerTerms) {
    const { createServer } = getBuiltin<NodeTlsModule>("node:tls");
    this.#server = createServer({ ...material, requestCert: terms !== "none", rejectUnauthorized: false, handshakeTimeout: FAR });
    this.#server.on("secureConnection", (socket) => {
      const session = this.#session;
      this.#session = null;
      this.#released.add(socket);
      if (session === null) return void socket.destroy();
      this.#done();
      session.secureServer(socket, terms);
    });
    this.#server.on("tlsClientError", (error, socket) => {
      if (!this.#released.has(socket)) this.#session?.fail(error);
    });
  }

  /** Lets the session wait for its client. `done` is called when the server is free again, which it is not after a failure. */
  shake(session: NodeTlsSession, done: () => void): void {
    this.#session = session;
    this.#done = done;
    this.#server.emit("connection", session.wire);
  }
}
