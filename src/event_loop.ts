/**
 * The event loop that users meet: the kernel's, on the host that runs this code.
 *
 * @module
 */
import { defaultRuntime } from "./adapters/default_runtime.ts";
import {
  type Awaitable,
  type ExceptionContext,
  type LoopOptions,
  running,
  runningLoop,
  type Startable,
  type Task,
  type TaskOptions,
} from "./core/mod.ts";
import { RuntimeError } from "./errors.ts";
import { type ConnectionOptions, createConnection, createServer, type ServerOptions } from "./net/connection.ts";
import type { Protocol } from "./net/protocols.ts";
import type { Server } from "./net/server.ts";
import type { Transport } from "./net/transports.ts";
import { CoreEventLoop } from "./without_io/event_loop.ts";

/** Called with the loop and what happened. */
export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => void;

/** Makes the tasks of a loop. */
export type TaskFactory = <T>(loop: EventLoop, coroutine: Startable<T>, options: TaskOptions) => Task<T>;

/** An event loop: a guest of the host's loop. Several may run side by side; most programs meet the one that `run` makes. */
export class EventLoop extends CoreEventLoop {
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

  /** What `setExceptionHandler` set; null for the default handler. */
  override getExceptionHandler(): ExceptionHandler | null {
    return super.getExceptionHandler() as ExceptionHandler | null;
  }

  /** What `setTaskFactory` set; null for the usual tasks. */
  override getTaskFactory(): TaskFactory | null {
    return super.getTaskFactory() as TaskFactory | null;
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
