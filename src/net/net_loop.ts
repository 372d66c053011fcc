/**
 * The loop, as the network sees it. Types only.
 *
 * @module
 */
import type { AbstractEventLoop, ExceptionContext, Runnable, Startable, Task, TaskOptions } from "../core/mod.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** What transports, servers and streams need of a loop: every loop has it. */
export interface NetLoop extends AbstractEventLoop {
  readonly _runtime: Runtime;
  /** What is open in the host, and is closed when the loop is closed: nothing else would, and the process would live on. */
  readonly _open: Set<{ close(): void }>;
  /** Where its transports put together what they write; null before the first write. */
  _writeMemory: object | null;
  createTask<T>(coroutine: Startable<T>, options?: TaskOptions): Task<T>;
  callExceptionHandler(context: ExceptionContext): void;
  /** Calls back inside the loop, for an event of the host. */
  _deliver<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void;
  /** The same, for an event that is an object itself. */
  _deliverItem(item: Runnable): void;
  /** Has an object run in the next turn. */
  _schedule(item: Runnable): void;
}
