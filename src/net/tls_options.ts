/**
 * What is said about TLS where connections are made.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import type { NetLoop } from "./net_loop.ts";
import { makeContext, SslContext, tlsDriverOf } from "./ssl_context.ts";

/** How long TLS may take, of either side. */
export interface TlsTimeouts {
  /** Milliseconds that the handshake may take; then the connection is aborted. @default 60_000 */
  readonly sslHandshakeTimeout?: number;
  /** Milliseconds that closing may take, in which what is held is sent and the peer's end waited for; then it is aborted. @default 30_000 */
  readonly sslShutdownTimeout?: number;
}

/** TLS of a client. */
export interface TlsClientOptions extends TlsTimeouts {
  /** Use TLS, with a context or, `true`, with the usual one, which trusts whom the host trusts. @default no TLS */
  readonly ssl?: SslContext | boolean;
  /** The name that the server's certificate has to be of, and that the server is told; "" for none. @default the host that is connected to */
  readonly serverHostname?: string;
}

/** TLS of a server. */
export interface TlsServerOptions extends TlsTimeouts {
  /** Use TLS: a context with a certificate. @default no TLS */
  readonly ssl?: SslContext;
}

/** How a connection that is there is upgraded. */
export interface StartTlsOptions extends TlsTimeouts {
  /** Whether this side is the server. @default false; for a StreamWriter, true for the one that a server's handler was given */
  readonly serverSide?: boolean;
  /** The name that the server's certificate has to be of, and that the server is told. A server gives none. */
  readonly serverHostname?: string;
}

/** TLS of one side, decided. */
export interface TlsSetup {
  readonly context: SslContext;
  readonly serverSide: boolean;
  /** Null for none. */
  readonly serverHostname: string | null;
  readonly handshakeTimeout: number;
  readonly shutdownTimeout: number;
}

const HANDSHAKE_TIMEOUT = 60_000;
const SHUTDOWN_TIMEOUT = 30_000;

/**
 * @param host what is connected to, null where that has no name of a host
 * @throws TypeError or RangeError for options that cannot be right.
 */
export function checkTlsClient(options: TlsClientOptions, host: string | null, action: string): void {
  const { ssl, serverHostname } = options;
  if (ssl === undefined || ssl === false) return checkUnused({ serverHostname, ...timeoutsOf(options) }, action);
  if (ssl !== true) checkContext(ssl, action);
  checkTimeouts(options, action);
  checkServerHostname(serverHostname, action);
  const name = serverHostname ?? host;
  if (name === null) throw new RangeError(`Cannot ${action}: serverHostname has to be given, "" for none, where TLS has no host to go by`);
  if (name === "" && (ssl === true || ssl._clientTerms(null).checkHostname)) {
    throw new RangeError(`Cannot ${action}: the certificate is to be of the server's name, and serverHostname is empty`);
  }
}

/** What `checkTlsClient` has let pass; null for no TLS. */
export function tlsOfClient(loop: NetLoop, options: TlsClientOptions, host: string | null): TlsSetup | null {
  const { ssl, serverHostname } = options;
  if (ssl === undefined || ssl === false) return null;
  const context = ssl === true ? makeContext(tlsDriverOf(loop), {}) : ssl;
  return { context, serverSide: false, serverHostname: (serverHostname ?? host) || null, ...decidedTimeouts(options) };
}

/** @throws TypeError or RangeError for options that cannot be right. */
export function checkTlsServer(options: TlsServerOptions, action: string): void {
  if (options.ssl === undefined) return checkUnused(timeoutsOf(options), action);
  checkContext(options.ssl, action);
  checkCanServe(options.ssl, action);
  checkTimeouts(options, action);
}

/** What `checkTlsServer` has let pass; null for no TLS. */
export function tlsOfServer(options: TlsServerOptions): TlsSetup | null {
  const { ssl } = options;
  return ssl === undefined ? null : { context: ssl, serverSide: true, serverHostname: null, ...decidedTimeouts(options) };
}

/** @throws TypeError or RangeError for what cannot be right. */
export function tlsOfUpgrade(context: SslContext, options: StartTlsOptions): TlsSetup {
  const action = "start TLS";
  const { serverSide = false, serverHostname } = options;
  checkContext(context, action);
  checkTimeouts(options, action);
  if (serverSide) {
    checkUnused({ serverHostname }, `${action} as a server`);
    checkCanServe(context, action);
  } else checkTlsClient({ ssl: context, ...options }, null, action);
  return { context, serverSide, serverHostname: serverHostname || null, ...decidedTimeouts(options) };
}

function checkContext(ssl: unknown, action: string): asserts ssl is SslContext {
  if (ssl instanceof SslContext) return;
  throw new TypeError(`Cannot ${action}: an SslContext was expected, got ${typeName(ssl)}`);
}

function checkCanServe(context: SslContext, action: string): void {
  if (!context._canServe) throw new RangeError(`Cannot ${action}: its SslContext has no certificate`);
}

function checkServerHostname(name: unknown, action: string): void {
  if (name === undefined || typeof name === "string") return;
  throw new TypeError(`Cannot ${action}: serverHostname is no string but ${typeName(name)}`);
}

/** asyncio refuses what would be ignored: it is mostly a forgotten `ssl`. */
function checkUnused(options: Readonly<Record<string, unknown>>, action: string): void {
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined) throw new RangeError(`Cannot ${action}: ${option} is only meaningful with ssl`);
  }
}

function timeoutsOf({ sslHandshakeTimeout, sslShutdownTimeout }: TlsTimeouts): Readonly<Record<string, unknown>> {
  return { sslHandshakeTimeout, sslShutdownTimeout };
}

function checkTimeouts(options: TlsTimeouts, action: string): void {
  for (const [option, value] of Object.entries(timeoutsOf(options))) {
    if (value === undefined) continue;
    if (typeof value !== "number") throw new TypeError(`Cannot ${action}: ${option} is no number but ${typeName(value)}`);
    if (!(value > 0)) throw new RangeError(`Cannot ${action}: ${option} must be > 0, not ${value}`);
  }
}

function decidedTimeouts(
  { sslHandshakeTimeout = HANDSHAKE_TIMEOUT, sslShutdownTimeout = SHUTDOWN_TIMEOUT }: TlsTimeouts,
): Pick<TlsSetup, "handshakeTimeout" | "shutdownTimeout"> {
  return { handshakeTimeout: sslHandshakeTimeout, shutdownTimeout: sslShutdownTimeout };
}
