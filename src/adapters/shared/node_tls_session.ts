/**
 * TlsSession over a socket of node:tls, which talks to a stream in memory.
 *
 * @module
 */
import { SSLError } from "../../errors.ts";
import type { PeerCertificate, TlsEvents, TlsServerTerms, TlsSession } from "../../runtime/tls_driver.ts";
import { getBuiltin } from "./host.ts";
import type { NodeDuplex, NodeStreamModule, NodeTlsSocket } from "./node_tls_modules.ts";
import { notVerified, toSslError } from "./tls_errors.ts";

/** A host fails as it likes to; what was asked for is that somebody is known. */
const NO_CERTIFICATE = "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE";

/**
 * One side.
 *
 *     made ── attach ──▶ shaking hands ── secure ──▶ open ── finish ──▶ finishing
 *                 └──────────── fail, close ──────────────────────────────▶ closed
 *
 * A server's socket is known to us only once its handshake is over.
 */
export class NodeTlsSession implements TlsSession {
  /** What the socket takes for its connection. */
  readonly wire: NodeDuplex;
  readonly hearsLastEnd: boolean;
  readonly #events: TlsEvents;
  #socket: NodeTlsSocket | null = null;
  #open = false;
  #closed = false;
  #wireEnded = false;
  #ended = false;
  /** `start` was called, before which nothing of the peer is told. */
  #started = false;
  /** The end came before: Deno's sockets tell it to whoever is there. */
  #endedEarly = false;
  #finishing = false;
  #finished = false;
  /** Nothing is sent any more: the host's socket is closed, or about to be. */
  #gone = false;
  /** Whom to tell of what was written and not sent. */
  readonly #unsent = new Set<() => void>();

  /** `hearsLastEnd` as of TlsSession: whether the host's sockets read on after their own end. */
  constructor(events: TlsEvents, hearsLastEnd: boolean) {
    this.#events = events;
    this.hearsLastEnd = hearsLastEnd;
    const { Duplex } = getBuiltin<NodeStreamModule>("node:stream");
    this.wire = new Duplex({
      allowHalfOpen: true,
      read: () => {}, // what the peer sends is pushed when it comes; who pushes too much is told to stop elsewhere
      write: (chunk, _encoding, done) => {
        if (!this.#closed) events.onSend(chunk);
        done();
      },
      final: (done) => done(),
    });
    this.wire.on("error", () => {}); // the socket tells it too
  }

  /** Its socket is there. */
  attach(socket: NodeTlsSocket): void {
    this.#socket = socket;
    socket.on("error", (error) => {
      if (!this.#gone) this.fail(error); // nothing is to be sent any more, and so nothing can fail
    });
    socket.on("end", () => this.#hearEnd());
    socket.on("finish", () => this.#tellFinished());
    socket.on("close", () => {
      this.#stopSending();
      this.#tellFinished();
      this.#hearEnd();
    });
    if (this.#closed) socket.destroy();
  }

  // -------------------------------------------------------------- what the host tells

  /** A client's handshake is over, and the host has verified what it was asked to. */
  secureClient(verify: boolean): void {
    const socket = this.#socket!;
    if (verify && !socket.authorized) return this.#refuse(notVerified(reasonOf(socket)));
    this.#tellSecure(socket, true);
  }

  /**
   * A server's handshake is over. Whether the client's certificate is to be trusted is decided here and nowhere else: the host was asked to let
   * everybody pass, since what it says of those that it refuses is not why.
   */
  secureServer(socket: NodeTlsSocket, terms: TlsServerTerms): void {
    this.attach(socket);
    if (this.#closed) return;
    if (terms !== "none") {
      const shown = certificateOf(socket) !== null;
      if (!shown && terms === "required") return this.#refuse(noCertificate());
      if (shown && socket.authorized !== true) return this.#refuse(notVerified(reasonOf(socket)));
    }
    this.#tellSecure(socket, terms !== "none");
  }

  #tellSecure(socket: NodeTlsSocket, askedForCertificate: boolean): void {
    if (this.#closed) return;
    this.#open = true;
    socket.disableRenegotiation?.();
    const cipher = socket.getCipher();
    const version = socket.getProtocol() ?? "unknown";
    this.#events.onSecure({
      version,
      cipher: { name: cipher?.name ?? "unknown", version: cipher?.version ?? version },
      alpnProtocol: socket.alpnProtocol || null,
      peercert: askedForCertificate ? certificateOf(socket) : null,
      native: socket,
    });
  }

  #refuse(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#events.onFailed(error);
  }

  /** The host's error. */
  fail(error: unknown): void {
    if (this.#closed) return;
    const action = this.#open ? "go on with TLS" : "shake hands by TLS";
    this.close();
    this.#events.onFailed(toSslError(error, action));
  }

  /** The socket's end, which after our own may be no more than that. */
  #hearEnd(): void {
    if (this.hearsLastEnd || !this.#finishing || this.#wireEnded) this.#tellEnd();
  }

  #tellEnd(): void {
    if (this.#closed || this.#ended) return;
    if (!this.#started) {
      this.#endedEarly = true;
      return;
    }
    this.#ended = true;
    if (!this.hearsLastEnd) this.#stopSending(); // the hosts that do not hear the last end do not send after the first
    this.#events.onEnd();
  }

  /** What was not sent will not be any more; nobody need wait for it. */
  #stopSending(): void {
    this.#gone = true;
    const unsent = [...this.#unsent];
    this.#unsent.clear();
    if (!this.#closed) { for (const sent of unsent) sent(); }
  }

  #tellFinished(): void {
    if (this.#closed || !this.#finishing || this.#finished) return;
    this.#finished = true;
    this.#events.onFinished();
  }

  // -------------------------------------------------------------- what the owner wants

  receive(chunk: Uint8Array): void {
    if (!this.#closed && !this.#wireEnded) this.wire.push(chunk);
  }

  receiveEnd(): void {
    if (this.#closed || this.#wireEnded) return;
    this.#wireEnded = true;
    this.wire.push(null);
    if (this.#finishing) this.#tellEnd(); // nobody reads on
  }

  start(): void {
    this.#started = true;
    if (this.#endedEarly) queueMicrotask(() => this.#tellEnd());
    this.#socket!.on("data", (chunk) => {
      if (!this.#closed) this.#events.onData(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    });
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  write(chunk: Uint8Array, sent: () => void): void {
    if (this.#closed) return;
    if (this.#gone) return sent(); // the peer has ended, and wants no more
    this.#unsent.add(sent);
    this.#socket!.write(chunk, (error) => {
      if (!error && this.#unsent.delete(sent) && !this.#closed) sent();
    });
  }

  finish(): void {
    if (this.#closed) return;
    this.#finishing = true;
    this.#socket!.end();
    if (this.#gone) this.#tellFinished();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket?.destroy();
    this.wire.destroy();
  }
}

function noCertificate(): SSLError {
  return new SSLError(`Cannot accept the client: it has shown no certificate (${NO_CERTIFICATE})`, { code: NO_CERTIFICATE });
}

function reasonOf({ authorizationError }: NodeTlsSocket): string {
  if (typeof authorizationError === "string" && authorizationError !== "") return authorizationError;
  const code = (authorizationError as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "CERT_UNTRUSTED";
}

function certificateOf(socket: NodeTlsSocket): PeerCertificate | null {
  const certificate = socket.getPeerCertificate();
  if (certificate?.raw === undefined) return null;
  return {
    subject: { ...certificate.subject },
    issuer: { ...certificate.issuer },
    subjectAltName: certificate.subjectaltname ?? "",
    notBefore: certificate.valid_from ?? "",
    notAfter: certificate.valid_to ?? "",
    serialNumber: certificate.serialNumber ?? "",
    fingerprint256: certificate.fingerprint256 ?? "",
    raw: new Uint8Array(certificate.raw),
  };
}
