/**
 * The event loop that users meet: the kernel's, on the host that runs this code.
 *
 * @module
 */
import { defaultRuntime } from "./adapters/default_runtime.ts";
import {
  type Awaitable,
  awaitable,
  BaseEventLoop,
  type CoroutineGenerator,
  ensureFuture,
  type ExceptionContext,
  type LoopOptions,
  running,
  runningLoop,
  type Startable,
  Task,
  type TaskOptions,
  type Waitable,
} from "./core/mod.ts";
import { RuntimeError } from "./errors.ts";
import type { BaseProtocol } from "./net/base_protocol.ts";
import { type ConnectionOptions, createConnection, createServer, type ServerOptions } from "./net/connection.ts";
import type { Protocol } from "./net/protocols.ts";
import type { Server } from "./net/server.ts";
import type { SslContext } from "./net/ssl_context.ts";
import { startTls } from "./net/start_tls.ts";
import type { StartTlsOptions } from "./net/tls_options.ts";
import type { Transport } from "./net/transports.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { gather } from "./tasks/gather.ts";

/** Called with the loop and what happened. */
export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => void;

/** Makes the tasks of a loop. */
export type TaskFactory = <T>(loop: EventLoop, coroutine: Startable<T>, options: TaskOptions) => Task<T>;

/** An event loop: a guest of the host's loop. Several may run side by side; most programs meet the one that `run` makes. */
export class EventLoop extends BaseEventLoop {
  /** Makes a loop on `options.runtime`, or on the host that runs this code. */
  constructor(options: LoopOptions = {}) {
    const runtime = (options.runtime as Runtime | undefined) ?? defaultRuntime();
    super(runtime, options.debug ?? runtime.debugRequested?.() ?? false);
  }

  /**
   * Runs until `main` is done, and gives its result.
   *
   * @throws (as a rejection) the error of `main`; RuntimeError when the loop is closed or running, is stopped before `main` is done, or inside
   * a callback or task of any loop; TypeError when `main` is nothing to wait for.
   */
  async runUntilComplete<T>(main: Waitable<T>): Promise<T> {
    this._checkRunnable();
    const future = ensureFuture(main, { loop: this });
    const stop = (): void => this.stop();
    future.addDoneCallback(stop);
    try {
      await this.runForever();
    } finally {
      future.removeDoneCallback(stop);
    }
    if (!future.done()) throw new RuntimeError("Event loop stopped before Future completed.");
    return future.result();
  }

  /** Closes the async generators that are still open, running their `finally` blocks. What these throw goes to the exception handler. */
  shutdownAsyncgens(): Awaitable<void> {
    return awaitable(this.#shutdownAsyncgens());
  }

  *#shutdownAsyncgens(): CoroutineGenerator<void> {
    const open = [...this._asyncgens];
    this._asyncgens.clear();
    if (open.length === 0) return;
    const results = yield* gather(open.map((asyncgen) => () => asyncgen.return(undefined)), { returnExceptions: true });
    for (const [index, result] of results.entries()) {
      if (!(result instanceof Error)) continue;
      const message = "an error occurred during closing of asynchronous generator";
      this.callExceptionHandler({ message, exception: result, asyncgen: open[index]! });
    }
  }

  /**
   * Connects to a TCP server, and gives the transport and the protocol that `protocolFactory` made, whose `connectionMade` was called. The
   * addresses of a name are tried in turn.
   *
   * @throws OSError, of the class that tells why, when no address can be reached; one that tells them all when they failed for different
   * reasons. Cancelling it leaves nothing open.
   */
  createConnection<P extends Partial<Protocol>>(protocolFactory: () => P, options: ConnectionOptions): Awaitable<[Transport, P]> {
    return createConnection(this, protocolFactory, options);
  }

  /**
   * Listens on TCP. Each connection gets a transport and a protocol of its own, made by `protocolFactory`.
   *
   * @throws OSError, of the class that tells why, when an address cannot be bound.
   */
  createServer(protocolFactory: () => Partial<Protocol>, options: ServerOptions): Awaitable<Server> {
    return createServer(this, protocolFactory, options);
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

  /** What `setExceptionHandler` set; null for the default handler. */
  override getExceptionHandler(): ExceptionHandler | null {
    return super.getExceptionHandler() as ExceptionHandler | null;
  }

  /** What `setTaskFactory` set; null for the usual tasks. */
  override getTaskFactory(): TaskFactory | null {
    return super.getTaskFactory() as TaskFactory | null;
  }

  /** Stops and closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this._stopAndWait();
    this.close();
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

/** A task factory: tasks run at once to their first suspension, in the constructor, and never enter the ready queue if they end there. */
export const eagerTaskFactory: TaskFactory = <T>(loop: EventLoop, coroutine: Startable<T>, options: TaskOptions): Task<T> =>
  new Task(coroutine, { eagerStart: true, ...options, loop });

/** The same for a class of tasks of your own. */
export function createEagerTaskFactory(constructor: typeof Task): TaskFactory {
  return (loop, coroutine, options) => new constructor(coroutine, { eagerStart: true, ...options, loop });
}

running.makeDefaultLoop = () => new EventLoop();
