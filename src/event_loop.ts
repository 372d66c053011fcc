/**
 * The event loop that users meet: the kernel's, on the host that runs this code.
 *
 * @module
 */
import { defaultRuntime } from "./adapters/default_runtime.ts";
import {
  type Awaitable,
  type ExceptionContext,
  type Future,
  type LoopOptions,
  running,
  runningLoop,
  type Startable,
  type Task,
  type TaskOptions,
} from "./core/mod.ts";
import { RuntimeError } from "./errors.ts";
import { checkExecutor, runInExecutor, shutdownDefaultExecutor } from "./executors/executor.ts";
import type { ModuleFunction } from "./executors/module_function.ts";
import type { Executor } from "./executors/pool_executors.ts";
import type { BaseProtocol } from "./net/base_protocol.ts";
import { connectAcceptedSocket, type ConnectionOptions, createConnection, createServer, type ServerOptions } from "./net/connection.ts";
import { createDatagramEndpoint, type DatagramOptions } from "./net/datagram_endpoint.ts";
import { type AddressInfoOptions, getaddrinfo, getnameinfo } from "./net/name_lookup.ts";
import { connectReadPipe, connectWritePipe, type PipeSource } from "./net/pipes.ts";
import type { BufferedProtocol, DatagramProtocol, Protocol } from "./net/protocols.ts";
import { sendfile, type SendfileOptions } from "./net/sendfile.ts";
import type { Server } from "./net/server.ts";
import type { SslContext } from "./net/ssl_context.ts";
import { startTls } from "./net/start_tls.ts";
import { createUnixConnection, createUnixServer, type UnixServerOptions } from "./net/unix.ts";
import type { StartTlsOptions, TlsClientOptions, TlsServerOptions } from "./net/tls_options.ts";
import type { AddressInfo, DatagramTransport, ReadTransport, SocketAddress, Transport, WriteTransport } from "./net/transports.ts";
import { subprocessExec, subprocessShell } from "./process/subprocess.ts";
import type { SubprocessOptions } from "./process/subprocess_options.ts";
import type { SubprocessProtocol, SubprocessTransport } from "./process/subprocess_protocol.ts";
import { addSignalHandler, removeSignalHandler, type SignalName, type SignalTable } from "./process/signals.ts";
import { CoreEventLoop } from "./without_io/event_loop.ts";

/** How long, in milliseconds, the end of a run waits for the jobs of the default executor: asyncio's five minutes. */
const EXECUTOR_LIMIT = 300_000;

/** Called with the loop and what happened. */
export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => void;

/** Makes the tasks of a loop. */
export type TaskFactory = <T>(loop: EventLoop, coroutine: Startable<T>, options: TaskOptions) => Task<T>;

/** An event loop: a guest of the host's loop. Several may run side by side; most programs meet the one that `run` makes. */
export class EventLoop extends CoreEventLoop {
  /** @internal */
  _signals: SignalTable | null = null;
  /** @internal */
  _defaultExecutor: Executor | null = null;
  /** @internal */
  _executorIsShutDown = false;

  /** Makes a loop on `options.runtime`, or on the host that runs this code. */
  constructor(options: LoopOptions = {}) {
    super({ ...options, runtime: options.runtime ?? defaultRuntime() });
  }

  /**
   * Connects to a TCP server, and gives the transport and the protocol that `protocolFactory` made, whose `connectionMade` was called. The
   * addresses of a name are tried in turn.
   *
   * @throws OSError, of the class that tells why, when no address can be reached; one that tells them all when they failed for different
   * reasons. Cancelling it leaves nothing open.
   */
  createConnection<P extends Partial<Protocol> | Partial<BufferedProtocol>>(
    protocolFactory: () => P,
    options: ConnectionOptions,
  ): Awaitable<[Transport, P]> {
    return createConnection(this, protocolFactory, options);
  }

  /**
   * Listens on TCP. Each connection gets a transport and a protocol of its own, made by `protocolFactory`.
   *
   * @throws OSError, of the class that tells why, when an address cannot be bound.
   */
  createServer(protocolFactory: () => Partial<Protocol> | Partial<BufferedProtocol>, options: ServerOptions): Awaitable<Server> {
    return createServer(this, protocolFactory, options);
  }

  /**
   * Takes over a connection that was accepted elsewhere, of the host's own kind: a socket of node:net, on Deno a `Deno.TcpConn` or `Deno.UnixConn` too. Nobody else may use
   * it from now on. With `ssl` TLS comes at once, and this side is the server.
   *
   * @throws TypeError for anything else, OSError for one that is closed; as `startTls` what goes wrong with TLS. Cancelling it closes the connection.
   */
  connectAcceptedSocket<P extends Partial<Protocol> | Partial<BufferedProtocol>>(
    protocolFactory: () => P,
    socket: unknown,
    options: TlsServerOptions = {},
  ): Awaitable<[Transport, P]> {
    return connectAcceptedSocket(this, protocolFactory, socket, options);
  }

  /**
   * Connects to the socket at a path of the file system or, with a path that begins with NUL, to an abstract name of Linux. What it gives is as of
   * `createConnection`; TLS needs a `serverHostname`.
   *
   * @throws OSError, of the class that tells why: FileNotFoundError when nothing is there, ConnectionRefusedError when nobody listens, one with `code`
   * EAGAIN when too many wait to be accepted (on Bun a ConnectionRefusedError), for the system does not wait as with TCP.
   * UnsupportedOperationError where the host has no such sockets or no abstract names. Cancelling it leaves nothing open.
   */
  createUnixConnection<P extends Partial<Protocol> | Partial<BufferedProtocol>>(
    protocolFactory: () => P,
    path: string,
    options: TlsClientOptions = {},
  ): Awaitable<[Transport, P]> {
    return createUnixConnection(this, protocolFactory, path, options);
  }

  /**
   * Listens at a path of the file system, or at an abstract name, which begins with NUL. A socket that is there is removed when nobody listens at it any
   * more, which is found out by connecting to it. The file appears whole, with its mode, and is removed when the server is closed, unless another
   * one has taken its place.
   *
   * @throws OSError, of the class that tells why: with `code` EADDRINUSE when the path is in use or something else is there; UnsupportedOperationError
   * where the host has no such sockets or no abstract names. Cancelling it leaves no file.
   */
  createUnixServer(
    protocolFactory: () => Partial<Protocol> | Partial<BufferedProtocol>,
    path: string,
    options: UnixServerOptions = {},
  ): Awaitable<Server> {
    return createUnixServer(this, protocolFactory, path, options);
  }

  /**
   * Upgrades a connection to TLS, and gives the transport to write to from now on: whoever has the old one must leave it alone. The protocol
   * keeps being called, `connectionMade` is not called again. Over the transport of a TLS connection it makes TLS inside TLS.
   *
   * @throws SSLCertVerificationError when the peer's certificate is not to be trusted, another SSLError when the peer speaks no TLS or none that
   * fits, ConnectionAbortedError when the handshake takes longer than `sslHandshakeTimeout`, ConnectionResetError when the peer ends the
   * connection, RuntimeError when the transport is closing. The transport is then closed, as it is when the wait is cancelled.
   */
  startTls(
    transport: Transport,
    protocol: Partial<BaseProtocol>,
    context: SslContext,
    options: StartTlsOptions = {},
  ): Awaitable<Transport> {
    return startTls(this, transport, protocol, context, options);
  }

  /**
   * Sends a file, or the part of it from `offset`, `count` bytes at the most, and gives how many bytes that was. The file is given by its path or by
   * its URL. It is read and written in blocks, no faster than the peer takes them. Meanwhile the transport receives nothing, and what
   * is written by others comes in between. Cancelling it leaves the connection as it is, with a part of the file sent.
   *
   * @throws FileNotFoundError, or another OSError, when the file cannot be read; ConnectionResetError when the connection is lost; RuntimeError when
   * the transport is closing; SendfileNotAvailableError without `fallback`.
   */
  sendfile(transport: WriteTransport, file: string | URL, options: SendfileOptions = {}): Awaitable<number> {
    return sendfile(this, transport, file, options);
  }

  /**
   * Opens a datagram endpoint, and gives the transport and the protocol that `protocolFactory` made, whose `connectionMade` was called.
   *
   * @throws OSError, of the class that tells why, when it cannot be bound or connected; UnsupportedOperationError for `reusePort` where the host
   * cannot share ports. Cancelling it leaves nothing open.
   */
  createDatagramEndpoint<P extends Partial<DatagramProtocol>>(
    protocolFactory: () => P,
    options: DatagramOptions,
  ): Awaitable<[DatagramTransport, P]> {
    return createDatagramEndpoint(this, protocolFactory, options);
  }

  /**
   * The addresses of a host, in the resolver's order, each for every type of socket that is asked for. The host is an address or a name, or null for this
   * machine; the port a number, a number as text, the name of a service, or null for 0. Services are those of a small table of the library.
   *
   * Cancelling it gives up waiting; the host's lookup goes on unheard.
   *
   * @throws AddressInfoError (Python's `socket.gaierror`), whose `code` says why: EAI_NONAME, EAI_SERVICE, EAI_ADDRFAMILY, EAI_AGAIN, EAI_BADFLAGS.
   */
  getaddrinfo(host: string | null, port: number | string | null, options: AddressInfoOptions = {}): Awaitable<AddressInfo[]> {
    return getaddrinfo(this, host, port, options);
  }

  /**
   * What an address and a port are called: `["localhost", "http"]`. The address or the number itself where there is no name, and with `numeric`.
   *
   * @throws AddressInfoError with `code` EAI_NONAME when the host is a name, EAI_FAMILY for a path.
   */
  getnameinfo(address: SocketAddress, options: { readonly numeric?: boolean } = {}): Awaitable<[host: string, service: string]> {
    return getnameinfo(this, address, options);
  }

  /**
   * Reads from a pipe: the standard input, a file descriptor, a FIFO (which is there once somebody has opened it for writing), a stream of the web. Gives
   * the transport and the protocol that `protocolFactory` made, whose `connectionMade` was called. Closing the transport closes the pipe, the
   * standard input for good.
   *
   * @throws RangeError for a path or descriptor of something else, a file for example; OSError when it cannot be opened. Cancelling it leaves nothing open.
   */
  connectReadPipe<P extends Partial<Protocol>>(protocolFactory: () => P, pipe: PipeSource): Awaitable<[ReadTransport, P]> {
    return connectReadPipe(this, protocolFactory, pipe);
  }

  /**
   * Writes to a pipe: the standard output or errors, a file descriptor, a FIFO (which is there once somebody has opened it for reading), a stream
   * of the web. As `connectReadPipe` otherwise, but the standard ones are never closed, since `console` writes to them too. `connectionLost` of the
   * protocol tells of a reader that has gone, mostly not before something is written.
   */
  connectWritePipe<P extends Partial<BaseProtocol>>(protocolFactory: () => P, pipe: PipeSource): Awaitable<[WriteTransport, P]> {
    return connectWritePipe(this, protocolFactory, pipe);
  }

  /**
   * Starts a program with arguments, without a shell, and gives its transport and the protocol that `protocolFactory` made, whose `connectionMade` was
   * called. A program without a slash is looked for in PATH.
   *
   * @throws as `createSubprocessExec`. Cancelling it kills what was started.
   */
  subprocessExec<P extends Partial<SubprocessProtocol>>(
    protocolFactory: () => P,
    program: string,
    args: readonly string[] = [],
    options: Omit<SubprocessOptions, "limit"> = {},
  ): Awaitable<[SubprocessTransport, P]> {
    return subprocessExec(this, protocolFactory, program, args, options);
  }

  /** Runs a command line by /bin/sh. @throws as `subprocessExec`. */
  subprocessShell<P extends Partial<SubprocessProtocol>>(
    protocolFactory: () => P,
    command: string,
    options: Omit<SubprocessOptions, "limit"> = {},
  ): Awaitable<[SubprocessTransport, P]> {
    return subprocessShell(this, protocolFactory, command, options);
  }

  /**
   * Calls `callback(...args)` inside the loop whenever the signal comes, in place of the callback that was set for it before; its default effect is off
   * meanwhile. How often a signal came is not told. It keeps nothing alive: a program that only waits for signals uses `signals`.
   *
   * @throws TypeError for a coroutine function, RangeError for the name of no signal, RuntimeError for signals that cannot be caught, such as SIGKILL.
   */
  addSignalHandler<A extends unknown[]>(signal: SignalName, callback: (...args: A) => void, ...args: A): void {
    addSignalHandler(this, signal, callback, args);
  }

  /** Removes the handler of the signal, whose default effect is on again. False when there was none. */
  removeSignalHandler(signal: SignalName): boolean {
    return removeSignalHandler(this, signal);
  }

  /**
   * Has an exported function called in a worker of `executor`, of the default one for null, and gives a future of what it comes to. Cancelling that always wins: a
   * job that is queued is dropped; one that runs is told (`cancelRequested`), and what it comes to dropped.
   *
   * @throws TypeError for a function that is not from `moduleFunctions`; RuntimeError when the executor is shut down.
   */
  runInExecutor<A extends unknown[], R>(executor: Executor | null, fn: ModuleFunction<A, R>, ...args: A): Future<R> {
    return runInExecutor(this, executor, fn, args);
  }

  /** Has `runInExecutor(null, …)` and `toThread` use it. */
  setDefaultExecutor(executor: Executor): void {
    checkExecutor(executor, "set the default executor");
    this._defaultExecutor = executor;
  }

  /**
   * Ends the default executor, once the jobs that it has are done. After `timeout` milliseconds it warns and leaves it to itself (3.13). `run` does this at its
   * end, with 300,000.
   */
  shutdownDefaultExecutor(timeout: number | null = null): Awaitable<void> {
    return shutdownDefaultExecutor(this, timeout);
  }

  /** What `setExceptionHandler` set; null for the default handler. */
  override getExceptionHandler(): ExceptionHandler | null {
    return super.getExceptionHandler() as ExceptionHandler | null;
  }

  /** What `setTaskFactory` set; null for the usual tasks. */
  override getTaskFactory(): TaskFactory | null {
    return super.getTaskFactory() as TaskFactory | null;
  }

  /** Forgets what is scheduled; the default executor takes no more jobs and is left to itself. Does nothing the second time. */
  override close(): void {
    super.close();
    this._executorIsShutDown = true;
    void this._defaultExecutor?.shutdown({ wait: false });
    this._defaultExecutor = null;
  }

  /** @internal */
  override _handlesSignal(name: string): boolean {
    return this._signals?.has(name as SignalName) ?? false;
  }

  /** @internal */
  override _endServices(): Awaitable<void> | null {
    return this._defaultExecutor === null ? null : this.shutdownDefaultExecutor(EXECUTOR_LIMIT);
  }
}

/** A new loop, not running. */
export function newEventLoop(options: LoopOptions = {}): EventLoop {
  return new EventLoop(options);
}

/** The loop that runs this code. @throws RuntimeError outside a loop's callbacks and tasks. */
export function getRunningLoop(): EventLoop {
  const loop = runningLoop();
  if (loop === null) throw new RuntimeError("no running event loop");
  return loop as unknown as EventLoop;
}

/** The same (3.14). @throws RuntimeError outside a loop's callbacks and tasks. */
export function getEventLoop(): EventLoop {
  return getRunningLoop();
}

running.makeDefaultLoop = () => new EventLoop();
