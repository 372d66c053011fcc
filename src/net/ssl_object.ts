/**
 * What is known of a TLS connection.
 *
 * @module
 */
import type { PeerCertificate, TlsAgreement } from "../runtime/tls_driver.ts";
import type { SslContext } from "./ssl_context.ts";
import type { TlsSetup } from "./tls_options.ts";

/** The TLS of a connection, as both sides agreed on it: what `getExtraInfo("sslObject")` gives. */
export class SslObject {
  readonly #agreement: TlsAgreement;
  /** The context in use: of several names the one that the client has asked for. */
  readonly context: SslContext;
  /** Whether this side is the server. */
  readonly serverSide: boolean;
  /** What this side, as a client, has asked for; null without. */
  readonly serverHostname: string | null;

  /** @internal */
  constructor(context: SslContext, { serverSide, serverHostname }: TlsSetup, agreement: TlsAgreement) {
    this.context = context;
    this.serverSide = serverSide;
    this.serverHostname = serverHostname;
    this.#agreement = agreement;
  }

  /** The version: "TLSv1.3", "TLSv1.2". */
  version(): string {
    return this.#agreement.version;
  }

  /** The cipher, and the version of TLS that it is of. */
  cipher(): { readonly name: string; readonly version: string } {
    return this.#agreement.cipher;
  }

  /** The protocol that both sides speak (ALPN); null when none was agreed on. */
  selectedAlpnProtocol(): string | null {
    return this.#agreement.alpnProtocol;
  }

  /** The peer's certificate; null where it has shown none. With verifyMode "none" nobody has verified it. */
  getPeercert(): PeerCertificate | null {
    return this.#agreement.peercert;
  }

  /** The host's own object. */
  get native(): unknown {
    return this.#agreement.native;
  }
}
