/**
 * The parts of node:tls, node:crypto, node:stream and node:fs that TLS uses, as types, so that nobody needs Node's.
 *
 * @module
 */

/** Something that carries bytes, of node:stream. */
export interface NodeDuplex {
  push(chunk: Uint8Array | null): boolean;
  on(event: "error", listener: (error: unknown) => void): unknown;
  destroy(): unknown;
}

/** node:stream. */
export interface NodeStreamModule {
  readonly Duplex: new (options: {
    readonly allowHalfOpen: boolean;
    read(): void;
    write(chunk: Uint8Array, encoding: unknown, done: () => void): void;
    final(done: () => void): void;
  }) => NodeDuplex;
}

/** A certificate as node:tls tells it; without fields where there is none. */
export interface NodeCertificate {
  readonly subject?: Readonly<Record<string, string | readonly string[]>>;
  readonly issuer?: Readonly<Record<string, string | readonly string[]>>;
  readonly subjectaltname?: string;
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly serialNumber?: string;
  readonly fingerprint256?: string;
  readonly raw?: Uint8Array;
}

/** One side of a connection, of node:tls. */
export interface NodeTlsSocket {
  readonly authorized: boolean;
  readonly authorizationError?: unknown;
  readonly alpnProtocol?: string | false | null;
  getProtocol(): string | null;
  getCipher(): { readonly name?: string; readonly version?: string } | undefined;
  getPeerCertificate(): NodeCertificate | null | undefined;
  disableRenegotiation?(): void;
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "secureConnect" | "end" | "finish" | "close", listener: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
  write(chunk: Uint8Array, done: (error?: unknown) => void): boolean;
  end(): unknown;
  destroy(): unknown;
}

/** A server of node:tls, which need not listen: connections are given to it. */
export interface NodeTlsServer {
  on(event: "secureConnection", listener: (socket: NodeTlsSocket) => void): unknown;
  on(event: "tlsClientError", listener: (error: unknown, socket: NodeTlsSocket) => void): unknown;
  emit(event: "connection", carrier: NodeDuplex): boolean;
}

/** What contexts are made of. */
export interface NodeTlsMaterial {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: readonly string[];
  readonly minVersion: string;
  readonly ALPNProtocols?: readonly string[];
}

/** node:tls. */
export interface NodeTlsModule {
  createServer(
    options: NodeTlsMaterial & { readonly requestCert: boolean; readonly rejectUnauthorized: boolean; readonly handshakeTimeout: number },
  ): NodeTlsServer;
  connect(
    options: NodeTlsMaterial & {
      readonly socket: NodeDuplex;
      readonly secureContext: unknown;
      readonly servername: string;
      readonly rejectUnauthorized: boolean;
      checkServerIdentity(host: string, certificate: NodeCertificate): Error | undefined;
    },
  ): NodeTlsSocket;
  createSecureContext(options: NodeTlsMaterial): unknown;
  checkServerIdentity(host: string, certificate: NodeCertificate): Error | undefined;
}

/** A private key, of node:crypto. */
export interface NodeKey {
  export(options: { readonly type: "pkcs8"; readonly format: "pem" }): string;
}

/** node:crypto. */
export interface NodeCryptoModule {
  readonly X509Certificate: new (pem: string) => { checkPrivateKey(key: NodeKey): boolean };
  createPrivateKey(options: { readonly key: string; readonly format: "pem"; readonly passphrase?: string }): NodeKey;
}

/** node:fs. */
export interface NodeFsModule {
  readFileSync(path: URL): Uint8Array;
}
