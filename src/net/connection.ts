/**
 * Making connections and servers. What `EventLoop` offers as methods, for any loop.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, type CoroutineGenerator, Future, scopedAwaitable } from "../core/mod.ts";
import { ExceptionGroup, OSError, UnsupportedOperationError } from "../errors.ts";
import type {
  Abandon,
  ConnectOptions,
  ListenerHandle,
  ListenOptions,
  Outcome,
  ResolvedAddress,
  SocketHandle,
} from "../runtime/net_driver.ts";
import { checkFamily, checkHost, checkPort, combine, distinct, netDriverOf, resolve } from "./addresses.ts";
import { attempt } from "./attempt.ts";
import { begin, protocolFor } from "./begin.ts";
import { ConnectRace, interleave } from "./happy_eyeballs.ts";
import type { NetLoop } from "./net_loop.ts";
import type { StreamProtocol } from "./protocols.ts";
import { type Server, SocketServer } from "./server.ts";
import { SocketTransport } from "./socket_transport.ts";
import { TlsLayer } from "./tls_layer.ts";
import {
  checkTlsClient,
  checkTlsServer,
  type TlsClientOptions,
  tlsOfClient,
  tlsOfServer,
  type TlsServerOptions,
  type TlsSetup,
} from "./tls_options.ts";
import type { AddressFamily, Transport } from "./transports.ts";

/** Where to connect to, and whether by TLS. */
export interface ConnectionOptions extends TlsClientOptions {
  /** An address or a name, whose addresses are tried in turn. */
  readonly host: string;
  /** From 0 to 65535. */
  readonly port: number;
  /** Which addresses of a name are tried. @default "unspec" */
  readonly family?: AddressFamily;
  /** The address of this side. */
  readonly localAddr?: { readonly host: string; readonly port?: number };
  /**
   * How long an attempt is waited for, in milliseconds, before the next address is tried beside it (RFC 8305 recommends 250). Left out, an
   * address is tried when the one before has failed.
   */
  readonly happyEyeballsDelay?: number;
  /**
   * Takes the families of addresses in turn, after so many of the first. 0 leaves the order as the resolver gave it.
   *
   * @default 1 with `happyEyeballsDelay`, else 0
   */
  readonly interleave?: number;
  /** Throws an ExceptionGroup of the errors of all addresses, in place of one error. @default false */
  readonly allErrors?: boolean;
}

/** Where to listen, and whether by TLS. */
export interface ServerOptions extends TlsServerOptions {
  /** An address or a name; several; or, when it is left out, null or "", all addresses of the machine. */
  readonly host?: string | readonly string[] | null;
  /** 0 asks for a free one: `server.sockets` tells which. */
  readonly port: number;
  /** Which addresses of a name are bound. @default "unspec" */
  readonly family?: AddressFamily;
  /** How many connections may wait to be accepted; one more comes a second late. @default 511, as the hosts have it (asyncio: 100) */
  readonly backlog?: number;
  /** Lets an address be bound that connections of a server before it still hold. All hosts do, and cannot do otherwise. @default true */
  readonly reuseAddress?: boolean;
  /** Lets several processes listen on one port. @default false */
  readonly reusePort?: boolean;
  /** Has TCP ask now and then whether the peers of connections are still there (3.13). @default false */
  readonly keepAlive?: boolean;
  /** Accept connections from the beginning; else from `startServing` on. @default true */
  readonly startServing?: boolean;
}

/** Hosts accept one connection at a time, where asyncio accepts all that wait: a burst needs more room. */
export const DEFAULT_BACKLOG = 511;
/** All addresses of the machine. */
const ANY_IPV4 = "0.0.0.0";
/** All addresses of the machine, IPv4 among them: no host but Node can have the two apart. */
const ANY_IPV6 = "::";

// ---------------------------------------------------------------- connections

/** `EventLoop.createConnection`. */
export function createConnection<P extends StreamProtocol>(
  loop: NetLoop,
  protocolFactory: () => P,
  options: ConnectionOptions,
): Awaitable<[Transport, P]> {
  checkFactory(protocolFactory, "create a connection");
  checkConnection(options);
  return scopedAwaitable(connect(loop, protocolFactory, options));
}

/** @throws TypeError or RangeError for options that cannot be right. */
export function checkConnection(options: ConnectionOptions): void {
  const action = "create a connection";
  checkHost(options.host, action);
  checkPort(options.port, action);
  if (options.family !== undefined) checkFamily(options.family, action);
  checkStaggering(options, action);
  checkTlsClient(options, options.host, action);
  if (options.localAddr === undefined) return;
  checkHost(options.localAddr.host, `${action} from a local address`);
  if (options.localAddr.port !== undefined) checkPort(options.localAddr.port, `${action} from a local address`);
}

function checkStaggering({ happyEyeballsDelay: delay, interleave }: ConnectionOptions, action: string): void {
  if (delay !== undefined && typeof delay !== "number") {
    throw new TypeError(`Cannot ${action}: the delay is no number but ${typeName(delay)}`);
  }
  if (delay !== undefined && !(delay >= 0)) throw new RangeError(`Cannot ${action}: the delay must be >= 0 milliseconds, not ${delay}`);
  if (interleave !== undefined && !(Number.isInteger(interleave) && interleave >= 0)) {
    throw new RangeError(`Cannot ${action}: interleave must be a whole number >= 0, not ${String(interleave)}`);
  }
}

/** @throws TypeError unless it is a function. */
export function checkFactory(protocolFactory: unknown, action: string): void {
  if (typeof protocolFactory === "function") return;
  throw new TypeError(
    `Cannot ${action}: a function that makes a protocol was expected, got ${typeName(protocolFactory)}`,
  );
}

function* connect<P extends StreamProtocol>(
  loop: NetLoop,
  protocolFactory: () => P,
  options: ConnectionOptions,
): CoroutineGenerator<[Transport, P]> {
  const setup = tlsOfClient(loop, options, options.host);
  return yield* beginConnection(loop, yield* openSocket(loop, options), protocolFactory, setup);
}

/** The transport and the protocol of a new socket. When it is cancelled the socket is closed. */
export function* beginConnection<P extends StreamProtocol>(
  loop: NetLoop,
  socket: SocketHandle,
  protocolFactory: () => P,
  setup: TlsSetup | null,
): CoroutineGenerator<[Transport, P]> {
  const protocol = protocolFor(socket, protocolFactory);
  return [yield* beginTransport(loop, socket, protocol, setup), protocol];
}

/** The transport of a new socket, once the protocol knows of it, over TLS with a `setup`. When it is cancelled the socket is closed. */
export function* beginTransport(
  loop: NetLoop,
  socket: SocketHandle,
  protocol: StreamProtocol,
  setup: TlsSetup | null,
): CoroutineGenerator<Transport> {
  if (setup === null) {
    const transport = new SocketTransport(loop, socket, protocol);
    yield* begin(loop, transport);
    return transport;
  }
  const ready = new Future<void>({ loop });
  const layer = new TlsLayer(loop, { setup, protocol, ready, announce: true });
  const transport = new SocketTransport(loop, socket, layer);
  transport.begin();
  try {
    yield* ready;
  } catch (error) {
    layer.abandon();
    transport.close();
    throw error;
  }
  return layer.transport;
}

/** Tries the addresses of the host, in turn or staggered. */
function* openSocket(loop: NetLoop, options: ConnectionOptions): CoroutineGenerator<SocketHandle> {
  const { host, port, family = "unspec", localAddr, happyEyeballsDelay = null, allErrors = false } = options;
  const driver = netDriverOf(loop, "create a connection");
  const found = yield* resolve(loop, host, family);
  const locals = localAddr === undefined ? null : yield* resolve(loop, localAddr.host, family);
  const firstCount = options.interleave ?? (happyEyeballsDelay === null ? 0 : 1);
  const remotes = firstCount === 0 ? found : interleave(found, firstCount);
  const places = remotes.map((remote) => (): ConnectOptions => ({
    host: remote.address,
    port,
    family: remote.family,
    ...localPart(remote, locals, localAddr?.port),
  }));
  let race: ConnectRace | null = null;
  const ask = (outcome: Outcome<SocketHandle>): Abandon => {
    race = new ConnectRace(loop, driver, places, happyEyeballsDelay, outcome);
    race.begin();
    return race.abandon;
  };
  try {
    return yield* attempt<SocketHandle>(loop, ask, (handle) => handle.close());
  } catch (error) {
    const errors = (race as ConnectRace | null)?.errors ?? [];
    if (!allErrors || !(error instanceof OSError) || errors.length === 0) throw error;
    throw new ExceptionGroup("create_connection failed", errors);
  }
}

function localPart(
  remote: ResolvedAddress,
  locals: readonly ResolvedAddress[] | null,
  localPort: number | undefined,
): Pick<ConnectOptions, "localAddress" | "localPort"> {
  if (locals === null) return {};
  const local = locals.find(({ family }) => family === remote.family);
  if (local === undefined) throw new OSError(`no matching local address with family=${remote.family} found`);
  return { localAddress: local.address, ...(localPort === undefined ? {} : { localPort }) };
}

// ---------------------------------------------------------------- sockets of the host

/** `EventLoop.connectAcceptedSocket`. */
export function connectAcceptedSocket<P extends StreamProtocol>(
  loop: NetLoop,
  protocolFactory: () => P,
  socket: unknown,
  options: TlsServerOptions,
): Awaitable<[Transport, P]> {
  const action = "connect an accepted socket";
  checkFactory(protocolFactory, action);
  checkTlsServer(options, action);
  const handle = netDriverOf(loop, action).adopt?.(socket) ?? null;
  if (handle === null) throw new TypeError(`Cannot ${action}: a socket of this host was expected, got ${typeName(socket)}`);
  return scopedAwaitable(beginConnection(loop, handle, protocolFactory, tlsOfServer(options)));
}

// ---------------------------------------------------------------- servers

/** `EventLoop.createServer`. */
export function createServer(loop: NetLoop, protocolFactory: () => StreamProtocol, options: ServerOptions): Awaitable<Server> {
  checkFactory(protocolFactory, "create a server");
  checkServer(options);
  return scopedAwaitable(listen(loop, protocolFactory, options));
}

/** @throws TypeError or RangeError for options that cannot be right. */
export function checkServer(options: ServerOptions): void {
  const { host, port, family, backlog } = options;
  const action = "create a server";
  checkTlsServer(options, action);
  checkFlags(options, action);
  const hosts = hostsOf(host);
  if (hosts?.length === 0) throw new RangeError(`Cannot ${action}: the list of hosts is empty`);
  for (const one of hosts ?? []) checkHost(one, action);
  checkPort(port, action);
  if (family !== undefined) checkFamily(family, action);
  checkBacklog(backlog, action);
}

/** @throws TypeError or RangeError for one that cannot be right. */
export function checkBacklog(backlog: unknown, action: string): void {
  if (backlog === undefined) return;
  if (typeof backlog !== "number") throw new TypeError(`Cannot ${action}: the backlog is no number but ${typeof backlog}`);
  if (!Number.isInteger(backlog) || backlog < 1) {
    throw new RangeError(`Cannot ${action}: the backlog must be a positive integer, not ${backlog}`);
  }
}

function checkFlags({ reuseAddress, reusePort, keepAlive, startServing }: ServerOptions, action: string): void {
  for (const [option, value] of Object.entries({ reuseAddress, reusePort, keepAlive, startServing })) {
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(`Cannot ${action}: ${option} is no boolean but ${typeName(value)}`);
    }
  }
  if (reuseAddress === false) throw new UnsupportedOperationError(`Cannot ${action}: no host can refuse to reuse an address`);
}

/** Null for all addresses. */
function hostsOf(host: ServerOptions["host"]): readonly string[] | null {
  if (host === undefined || host === null || host === "") return null;
  return Array.isArray(host) ? host : [host as string];
}

function* listen(loop: NetLoop, protocolFactory: () => StreamProtocol, options: ServerOptions): CoroutineGenerator<Server> {
  const server = new SocketServer(loop, protocolFactory, tlsOfServer(options));
  return yield* beginServer(server, bindAll(loop, server, options), options.startServing);
}

/** The server, once it is bound, and serves if it shall. Else it is closed. */
export function* beginServer(server: SocketServer, binding: CoroutineGenerator<void>, startServing = true): CoroutineGenerator<Server> {
  let complete = false;
  try {
    yield* binding;
    if (startServing) yield* server.startServing();
    complete = true;
  } finally {
    if (!complete) server.close();
  }
  return server;
}

/** Addresses of a family that this machine has not are passed over, unless there are no others. */
function* bindAll(loop: NetLoop, server: SocketServer, options: ServerOptions): CoroutineGenerator<void> {
  const errors: OSError[] = [];
  for (const address of yield* addressesToBind(loop, options)) {
    try {
      server.addListener(yield* bind(loop, server, address, options));
      if (address === ANY_IPV6 && options.family !== "IPv6") break; // it takes connections by IPv4 too
    } catch (error) {
      if (!isAddressMissing(error)) throw error;
      errors.push(error);
    }
  }
  if (server.sockets.length === 0) throw combine(errors);
}

function isAddressMissing(error: unknown): error is OSError {
  return error instanceof OSError && (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT");
}

function* addressesToBind(loop: NetLoop, { host, family = "unspec" }: ServerOptions): CoroutineGenerator<readonly string[]> {
  const hosts = hostsOf(host);
  if (hosts === null) return family === "unspec" ? [ANY_IPV6, ANY_IPV4] : [family === "IPv6" ? ANY_IPV6 : ANY_IPV4];
  const found: ResolvedAddress[] = [];
  for (const one of hosts) found.push(...yield* resolve(loop, one, family));
  return distinct(found).map(({ address }) => address);
}

function* bind(loop: NetLoop, server: SocketServer, host: string, options: ServerOptions): CoroutineGenerator<ListenerHandle> {
  const driver = netDriverOf(loop, "create a server");
  const { port, backlog = DEFAULT_BACKLOG, reusePort = false, keepAlive = false } = options;
  const place: ListenOptions = { host, port, backlog, reusePort, keepAlive };
  const ask = (outcome: Outcome<ListenerHandle>): Abandon => driver.listen(place, server.incoming, outcome, server.notAccepted);
  return yield* attempt<ListenerHandle>(loop, ask, (listener) => listener.close());
}
