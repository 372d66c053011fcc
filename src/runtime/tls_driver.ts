/**
 * The port, part three: TLS as a layer over whatever carries bytes. Types only.
 *
 * The driver knows no sockets: what comes from the peer is handed to it, what is to be sent it hands out. So TLS is the same over TCP, over
 * a socket in the file system, in memory, and over TLS. Timeouts and the order of closing are decided above.
 *
 * @module
 */

/** Who one side is, and whom it trusts. All texts are PEM. */
export interface TlsMaterial {
  /** The certificate of this side, and after it those between it and its authority. */
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** The authorities, each text of one or more; without it those that the host trusts. */
  readonly ca?: readonly string[];
  /** In order of preference. */
  readonly alpnProtocols?: readonly string[];
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
}

/** What a client asks of the server. */
export interface TlsClientTerms {
  /** A name, which is told to the server too, or an address; null for neither. */
  readonly serverHostname: string | null;
  /** Whether the server's certificate has to lead to an authority. */
  readonly verify: boolean;
  /** Whether the certificate has to be of `serverHostname`. */
  readonly checkHostname: boolean;
}

/** What a server asks of its clients: no certificate, one that is verified if there is one, or one that is verified. */
export type TlsServerTerms = "none" | "optional" | "required";

/** A certificate of the peer's. */
export interface PeerCertificate {
  /** What the certificate is of, by attribute: `{ CN: "example.org" }`. */
  readonly subject: Readonly<Record<string, string | readonly string[]>>;
  /** Who signed it. */
  readonly issuer: Readonly<Record<string, string | readonly string[]>>;
  /** Its names and addresses: `"DNS:example.org, IP Address:192.0.2.1"`; "" without any. */
  readonly subjectAltName: string;
  /** From when it is valid, as `Date` reads it. */
  readonly notBefore: string;
  /** Until when it is valid. */
  readonly notAfter: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** The SHA-256 of the certificate: `"AB:CD:…"`. */
  readonly fingerprint256: string;
  /** The certificate itself, in DER. */
  readonly raw: Uint8Array;
}

/** What both sides agreed on. */
export interface TlsAgreement {
  /** `"TLSv1.3"`, say. */
  readonly version: string;
  readonly cipher: { readonly name: string; readonly version: string };
  readonly alpnProtocol: string | null;
  /** Null where the peer showed none. */
  readonly peercert: PeerCertificate | null;
  /** The host's own object. */
  readonly native: unknown;
}

/** What a session tells its owner. May be called before the method has returned that caused it. Nothing is told after `close`. */
export interface TlsEvents {
  /** Bytes for the peer. */
  onSend(chunk: Uint8Array): void;
  /** The handshake is over, and the peer is who it was asked to be. Once, before any data. */
  onSecure(agreement: TlsAgreement): void;
  /** What the peer said. The chunk belongs to the receiver. */
  onData(chunk: Uint8Array): void;
  /** The peer's end, by its close_notify or by the end of what carries it. */
  onEnd(): void;
  /** All that was written and the close_notify were handed to `onSend`. Only after `finish`. */
  onFinished(): void;
  /** It is over: a SSLError of src/errors.ts with the host's error as `cause`. What `onSend` got before may say why to the peer. */
  onFailed(error: Error): void;
}

/** One side of one TLS connection. */
export interface TlsSession {
  /** Whether the peer's close_notify is heard after `finish`. Where it is not, only `receiveEnd` makes an `onEnd` then. */
  readonly hearsLastEnd: boolean;
  /** Bytes from the peer. */
  receive(chunk: Uint8Array): void;
  /** The peer sends no more bytes. */
  receiveEnd(): void;
  /** Begins to tell what the peer says; what came before is kept until then. */
  start(): void;
  /** Tells no more data until `resume`, apart from what is under way. What is received meanwhile has to be bounded by the owner. */
  pause(): void;
  resume(): void;
  /** Sends `chunk`, which belongs to the session from now on. `sent` is called once it was handed to `onSend`. */
  write(chunk: Uint8Array, sent: () => void): void;
  /** Sends a close_notify after what was written. */
  finish(): void;
  /** Forgets everything, at once and without a word. Idempotent. */
  close(): void;
}

/** Material that the host has accepted, for any number of sessions. */
export interface TlsContextHandle {
  /** Begins a client's handshake. */
  connect(terms: TlsClientTerms, events: TlsEvents): TlsSession;
  /** Waits for a client's handshake. */
  accept(terms: TlsServerTerms, events: TlsEvents): TlsSession;
}

/** What a host needs for TLS. */
export interface TlsDriver {
  /** The content of the file that a URL names. @throws OSError, of the class that tells why. */
  readFile(url: string): Uint8Array;
  /** @throws SSLError for material that is no PEM, for a key that cannot be read, and for one that is not the certificate's. */
  createContext(material: TlsMaterial): TlsContextHandle;
}
