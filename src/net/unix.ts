/**
 * Connections and servers over sockets of the file system, and over abstract names. What `EventLoop` offers as methods, for any loop.
 *
 * @module
 */
import { pathText } from "../_internal/path_text.ts";
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, type CoroutineGenerator, scopedAwaitable } from "../core/mod.ts";
import { ConnectionRefusedError, FileNotFoundError, OSError, UnsupportedOperationError } from "../errors.ts";
import type { Abandon, Endpoint, ListenerHandle, Outcome, SocketHandle } from "../runtime/net_driver.ts";
import type { UnixDriver, UnixListenOptions } from "../runtime/unix_driver.ts";
import { attempt } from "./attempt.ts";
import { beginConnection, beginServer, checkBacklog, checkFactory, DEFAULT_BACKLOG } from "./connection.ts";
import type { NetLoop } from "./net_loop.ts";
import type { StreamProtocol } from "./protocols.ts";
import { type Server, SocketServer } from "./server.ts";
import { checkTlsClient, checkTlsServer, type TlsClientOptions, tlsOfClient, tlsOfServer, type TlsServerOptions } from "./tls_options.ts";
import type { Transport } from "./transports.ts";

/** How to listen at a path, and whether by TLS. */
export interface UnixServerOptions extends TlsServerOptions {
  /** How many connections may wait to be accepted; Deno has a number of its own. @default 511 */
  readonly backlog?: number;
  /** Accept connections from the beginning; else from `startServing` on. @default true */
  readonly startServing?: boolean;
  /** Removes the file when the server is closed, if it is still the server's. @default true, as in asyncio from 3.13 on */
  readonly cleanupSocket?: boolean;
  /** The permissions of the file, such as `0o600`: who may connect. @default those that the process gives to new files */
  readonly mode?: number;
}

// ---------------------------------------------------------------- connections

const CONNECT = "create a connection";

/** `EventLoop.createUnixConnection`. */
export function createUnixConnection<P extends StreamProtocol>(
  loop: NetLoop,
  protocolFactory: () => P,
  path: string,
  options: TlsClientOptions = {},
): Awaitable<[Transport, P]> {
  checkFactory(protocolFactory, CONNECT);
  checkUnixConnection(path, options);
  return scopedAwaitable(connect(loop, protocolFactory, path, options));
}

/** @throws TypeError or RangeError for what cannot be right. */
export function checkUnixConnection(path: string, options: TlsClientOptions): void {
  checkPath(path, CONNECT);
  checkTlsClient(options, null, CONNECT);
}

function* connect<P extends StreamProtocol>(
  loop: NetLoop,
  protocolFactory: () => P,
  path: string,
  options: TlsClientOptions,
): CoroutineGenerator<[Transport, P]> {
  const setup = tlsOfClient(loop, options, null);
  const driver = driverFor(loop, path, `connect to ${pathText(path)}`);
  return yield* beginConnection(loop, yield* dial(loop, driver, path), protocolFactory, setup);
}

function dial(loop: NetLoop, driver: UnixDriver, path: string): CoroutineGenerator<SocketHandle> {
  return attempt<SocketHandle>(loop, (outcome) => driver.connect(path, outcome), (late) => late.close());
}

// ---------------------------------------------------------------- servers

const SERVE = "create a server";

/** `EventLoop.createUnixServer`. */
export function createUnixServer(
  loop: NetLoop,
  protocolFactory: () => StreamProtocol,
  path: string,
  options: UnixServerOptions = {},
): Awaitable<Server> {
  checkFactory(protocolFactory, SERVE);
  checkUnixServer(path, options);
  return scopedAwaitable(listen(loop, protocolFactory, path, options));
}

/** @throws TypeError or RangeError for what cannot be right. */
export function checkUnixServer(path: string, options: UnixServerOptions): void {
  const { backlog, mode } = options;
  checkPath(path, SERVE);
  checkTlsServer(options, SERVE);
  checkBacklog(backlog, SERVE);
  if (mode === undefined) return;
  if (typeof mode !== "number") throw new TypeError(`Cannot ${SERVE}: the mode is no number but ${typeName(mode)}`);
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) throw new RangeError(`Cannot ${SERVE}: the mode must be 0o0-0o777, not ${mode}`);
  if (isAbstract(path)) throw new RangeError(`Cannot ${SERVE}: an abstract name has no mode`);
}

function* listen(
  loop: NetLoop,
  protocolFactory: () => StreamProtocol,
  path: string,
  options: UnixServerOptions,
): CoroutineGenerator<Server> {
  const driver = driverFor(loop, path, `listen on ${pathText(path)}`);
  const server = new SocketServer(loop, protocolFactory, tlsOfServer(options));
  return yield* beginServer(server, bind(loop, driver, server, path, options), options.startServing);
}

function* bind(
  loop: NetLoop,
  driver: UnixDriver,
  server: SocketServer,
  path: string,
  options: UnixServerOptions,
): CoroutineGenerator<void> {
  const { backlog = DEFAULT_BACKLOG, mode, cleanupSocket = true } = options;
  if (!isAbstract(path)) yield* removeStale(loop, driver, path);
  const place: UnixListenOptions = { path, backlog, ...(mode === undefined ? {} : { mode }) };
  const ask = (outcome: Outcome<ListenerHandle>): Abandon => driver.listen(place, server.incoming, outcome, server.notAccepted);
  const owned = (listener: ListenerHandle): ListenerHandle => isAbstract(path) ? listener : new SocketFile(loop, driver, path, listener);
  const listener = yield* attempt<ListenerHandle>(loop, ask, (late) => owned(late).close());
  server.addListener(cleanupSocket ? owned(listener) : listener);
}

/**
 * Makes room for a socket, where one is that nobody listens at any more. What else is there stays, and listening fails.
 *
 * @throws OSError EADDRINUSE when somebody listens.
 */
function* removeStale(loop: NetLoop, driver: UnixDriver, path: string): CoroutineGenerator<void> {
  const found = driver.look(path);
  if (!found?.isSocket) return;
  if (yield* isServed(loop, driver, path)) {
    throw new OSError(`Cannot listen on ${pathText(path)}: the address is in use (EADDRINUSE)`, { code: "EADDRINUSE", path });
  }
  if (driver.look(path)?.identity === found.identity) driver.remove(path);
}

/** Any answer but a refusal comes from somebody: one that takes no more, or speaks in datagrams. */
function* isServed(loop: NetLoop, driver: UnixDriver, path: string): CoroutineGenerator<boolean> {
  try {
    (yield* dial(loop, driver, path)).close();
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    return !(error instanceof ConnectionRefusedError || error instanceof FileNotFoundError);
  }
  return true;
}

/** A listener, and the file that goes with it. */
class SocketFile implements ListenerHandle {
  readonly #loop: NetLoop;
  readonly #driver: UnixDriver;
  readonly #path: string;
  readonly #listener: ListenerHandle;
  /** Null once it is removed, or was taken away at once. */
  #identity: string | null;

  constructor(loop: NetLoop, driver: UnixDriver, path: string, listener: ListenerHandle) {
    this.#loop = loop;
    this.#driver = driver;
    this.#path = path;
    this.#listener = listener;
    this.#identity = driver.look(path)?.identity ?? null;
  }

  get address(): Endpoint {
    return this.#listener.address;
  }

  get native(): unknown {
    return this.#listener.native;
  }

  close(closed?: () => void): void {
    this.#remove(); // first: while the socket is open no other file can have its identity
    this.#listener.close(closed);
  }

  #remove(): void {
    const identity = this.#identity;
    this.#identity = null;
    if (identity === null) return;
    try {
      if (this.#driver.look(this.#path)?.identity === identity) this.#driver.remove(this.#path);
    } catch (exception) {
      const message = `Unable to clean up the listening socket ${pathText(this.#path)}`;
      this.#loop.callExceptionHandler({ message, exception });
    }
  }
}

// ---------------------------------------------------------------- paths

function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

function checkPath(path: unknown, action: string): asserts path is string {
  if (typeof path !== "string") throw new TypeError(`Cannot ${action}: the path is no string but ${typeName(path)}`);
  if (path === "") throw new RangeError(`Cannot ${action}: the path is empty`);
  if (path.lastIndexOf("\0") > 0 && !isAbstract(path)) throw new RangeError(`Cannot ${action}: the path has a NUL in it`);
}

/** @throws UnsupportedOperationError where the host cannot, OSError for a path that is too long. */
function driverFor(loop: NetLoop, path: string, action: string): UnixDriver {
  const { unix, name } = loop._runtime;
  if (unix === undefined) throw new UnsupportedOperationError(`Cannot ${action}: the ${name} runtime has no unix sockets here`);
  if (isAbstract(path) && !unix.abstractNames) {
    throw new UnsupportedOperationError(`Cannot ${action}: the ${name} runtime has no abstract names here`);
  }
  const { length } = new TextEncoder().encode(path);
  if (length <= unix.longestPath) return unix;
  const message = `Cannot ${action}: the path has ${length} bytes, ${unix.longestPath} are the most (ENAMETOOLONG)`;
  throw new OSError(message, { code: "ENAMETOOLONG", path });
}
