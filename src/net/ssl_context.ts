/**
 * What TLS connections are made with.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { currentLoop } from "../core/mod.ts";
import { UnsupportedOperationError } from "../errors.ts";
import type { TlsClientTerms, TlsContextHandle, TlsDriver, TlsMaterial, TlsServerTerms } from "../runtime/tls_driver.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Data } from "./data.ts";
import type { NetLoop } from "./net_loop.ts";

/** How an SslContext is to be made. Material is PEM: as text, as bytes, or a URL that names a file. */
export interface SslContextOptions {
  /** The certificate of this side, followed by those between it and its authority. A server needs one. */
  readonly cert?: Data | URL;
  /** Its private key. @default what `cert` holds */
  readonly key?: Data | URL;
  /** What the key is encrypted with. */
  readonly passphrase?: string;
  /** The authorities to trust, in place of those that the host trusts. */
  readonly ca?: Data | URL | readonly (Data | URL)[];
  /** The protocols that this side speaks (ALPN), the best first. A client that asks for others only is refused. */
  readonly alpnProtocols?: readonly string[];
  /**
   * Whether the peer has to show a certificate that leads to an authority: "required"; "optional", where a client need not show one, but what it
   * shows is verified; or "none". @default "required" for a client, "none" for a server
   */
  readonly verifyMode?: "none" | "optional" | "required";
  /** Whether a client wants the certificate to be of the server's name. @default true, unless verifyMode is "none" */
  readonly checkHostname?: boolean;
  /** The oldest version of TLS to be spoken. @default "TLSv1.2" */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /**
   * For a server of several names: what is different for each. A name is a host's, or `*.` and a domain, for all hosts right below it. Those who
   * ask for another name, or for none, get what stands outside.
   */
  readonly sni?: Readonly<Record<string, SslContextOptions>>;
}

/** What has been checked and read: made by `createSslContext`, used by any number of connections and servers, of both sides. */
export class SslContext {
  /** @internal */
  readonly _handle: TlsContextHandle;
  readonly #options: SslContextOptions;
  readonly #names: ReadonlyMap<string, SslContext>;

  /** @internal */
  constructor(options: SslContextOptions, handle: TlsContextHandle, names: ReadonlyMap<string, SslContext>) {
    if (handle === undefined) throw new TypeError("Cannot make an SslContext by new: createSslContext makes them");
    this.#options = options;
    this._handle = handle;
    this.#names = names;
  }

  /**
   * Whether a server can do without anything else.
   * @internal
   */
  get _canServe(): boolean {
    return this.#options.cert !== undefined || this.#names.size > 0;
  }

  /**
   * Whether the client's name matters.
   * @internal
   */
  get _hasNames(): boolean {
    return this.#names.size > 0;
  }

  /**
   * What is to be used for those who ask for a server by `name`.
   * @internal
   */
  _contextFor(name: string | null): SslContext {
    if (name === null) return this;
    return this.#names.get(name) ?? this.#names.get(`*${name.slice(name.indexOf("."))}`) ?? this;
  }

  /** @internal */
  _clientTerms(serverHostname: string | null): TlsClientTerms {
    const verify = this.#options.verifyMode !== "none";
    return { serverHostname, verify, checkHostname: this.#options.checkHostname ?? verify };
  }

  /** @internal */
  _serverTerms(): TlsServerTerms {
    return this.#options.verifyMode ?? "none";
  }
}

/**
 * Makes a context. Everything is read and checked at the call. Inside `sni` options that are left out are those outside it; `cert`, `key`
 * and `passphrase` are so together.
 *
 * @throws SSLError for material that is no PEM or cannot be read, and for a key that is not the certificate's; FileNotFoundError, or another
 * OSError, for a file that cannot be read; TypeError and RangeError for other options that cannot be right; UnsupportedOperationError
 * where the host has no TLS.
 */
export function createSslContext(options: SslContextOptions = {}): SslContext {
  return makeContext(tlsDriverOf(currentLoop() as NetLoop), options);
}

/** The same on the host of a loop. */
export function makeContext(driver: TlsDriver, options: SslContextOptions): SslContext {
  checkOptions(options);
  const { sni = {}, ...outside } = options;
  const { cert: _cert, key: _key, passphrase: _passphrase, ...anonymous } = outside;
  const names = new Map<string, SslContext>();
  for (const [name, own] of Object.entries(sni)) {
    if (own.sni !== undefined) throw new RangeError(`${REFUSAL}: the options for ${name} have names of their own`);
    names.set(name.toLowerCase(), makeContext(driver, { ...(own.cert === undefined ? outside : anonymous), ...own }));
  }
  return new SslContext(options, driver.createContext(readMaterial(driver, options)), names);
}

/** TLS of the loop's host. @throws UnsupportedOperationError where it has none. */
export function tlsDriverOf(loop: NetLoop): TlsDriver {
  const runtime: Runtime = loop._runtime;
  if (runtime.tls === undefined) throw new UnsupportedOperationError(`Cannot use TLS: the ${runtime.name} runtime has none`);
  return runtime.tls;
}

const REFUSAL = "Cannot create an SSL context";

// ---------------------------------------------------------------- material

function readMaterial(driver: TlsDriver, { cert, key, passphrase, ca, alpnProtocols, minVersion }: SslContextOptions): TlsMaterial {
  const read = (source: Data | URL): string => {
    if (typeof source === "string") return source;
    return new TextDecoder().decode(source instanceof URL ? driver.readFile(source.href) : source);
  };
  const authorities = ca === undefined ? null : isMaterial(ca) ? [ca] : ca;
  return {
    minVersion: minVersion ?? "TLSv1.2",
    ...(cert === undefined ? {} : { cert: read(cert), key: read(key ?? cert) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(authorities === null ? {} : { ca: authorities.map(read) }),
    ...(alpnProtocols === undefined ? {} : { alpnProtocols: [...alpnProtocols] }),
  };
}

function isMaterial(value: unknown): value is Data | URL {
  return typeof value === "string" || value instanceof Uint8Array || value instanceof URL;
}

// ---------------------------------------------------------------- options

/** @throws TypeError or RangeError for options that cannot be right, whatever their files hold. */
function checkOptions(options: SslContextOptions): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`${REFUSAL}: options were expected, got ${typeName(options)}`);
  checkMaterial(options);
  checkProtocols(options.alpnProtocols);
  const { verifyMode, checkHostname, minVersion, sni } = options;
  checkWord("verifyMode", verifyMode, ["none", "optional", "required"]);
  checkWord("minVersion", minVersion, ["TLSv1.2", "TLSv1.3"]);
  if (checkHostname !== undefined && typeof checkHostname !== "boolean") {
    throw new TypeError(`${REFUSAL}: checkHostname is no boolean but ${typeName(checkHostname)}`);
  }
  if (checkHostname && verifyMode === "none") {
    throw new RangeError(`${REFUSAL}: checkHostname needs a certificate that is verified, and verifyMode is "none"`);
  }
  if (sni !== undefined && (typeof sni !== "object" || sni === null)) {
    throw new TypeError(`${REFUSAL}: sni is no object but ${typeName(sni)}`);
  }
}

function checkMaterial({ cert, key, passphrase, ca }: SslContextOptions): void {
  const checkOne = (what: string, value: unknown): void => {
    if (value === undefined || isMaterial(value)) return;
    throw new TypeError(`${REFUSAL}: a PEM text, its bytes or a URL was expected as ${what}, got ${typeName(value)}`);
  };
  checkOne("cert", cert);
  checkOne("key", key);
  if (Array.isArray(ca)) { for (const one of ca) checkOne("ca", one ?? null); }
  else checkOne("ca", ca);
  if (key !== undefined && cert === undefined) throw new RangeError(`${REFUSAL}: there is a key and no cert`);
  if (passphrase !== undefined && typeof passphrase !== "string") {
    throw new TypeError(`${REFUSAL}: the passphrase is no string but ${typeName(passphrase)}`);
  }
}

function checkProtocols(protocols: unknown): void {
  if (protocols === undefined) return;
  if (!Array.isArray(protocols)) throw new TypeError(`${REFUSAL}: alpnProtocols is no array but ${typeName(protocols)}`);
  for (const one of protocols) {
    if (typeof one !== "string") throw new TypeError(`${REFUSAL}: a protocol is no string but ${typeName(one)}`);
    const { length } = new TextEncoder().encode(one);
    if (length === 0 || length > 255) throw new RangeError(`${REFUSAL}: the name of a protocol has 1 to 255 bytes, not ${length}`);
  }
}

function checkWord(option: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.includes(value as string)) return;
  throw new RangeError(`${REFUSAL}: ${option} must be one of ${words.map((word) => `"${word}"`).join(", ")}, not ${String(value)}`);
}
