/**
 * Executors: pools of threads and of processes (Python's concurrent.futures).
 *
 * @module
 */
import { type Awaitable, type BaseEventLoop, currentLoop, type Future, type Items } from "../core/mod.ts";
import type { ModuleFunction } from "./module_function.ts";
import type { ExecutorOptions, ShutdownOptions } from "./options.ts";
import { WorkerPool } from "./worker_pool.ts";

/** Runs functions elsewhere. */
export interface Executor extends AsyncDisposable {
  /** Has `fn(...args)` called; gives a future of what it comes to. */
  submit<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...args: A): Future<R>;
  /** Has `fn` called with the first of each iterable, with the second of each, and so on; gives the results in this order. */
  map<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...iterables: { [K in keyof A]: Iterable<A[K]> }): Items<R>;
  /** Takes no more jobs, and ends when those that it has are done. */
  shutdown(options?: ShutdownOptions): Awaitable<void>;
}

/** Runs functions in threads, each with memory and modules of its own: arguments and results are cloned, SharedArrayBuffers shared. */
export class ThreadPoolExecutor implements Executor {
  readonly #pool: WorkerPool;

  /** Starts nothing yet. @throws RangeError for numbers of workers or jobs that are not whole and positive. */
  constructor(options: ExecutorOptions = {}) {
    this.#pool = new WorkerPool("thread", options);
  }

  /** Has `fn(...args)` called in a worker that is idle, or the first to become so. @throws as `loop.runInExecutor`. */
  submit<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...args: A): Future<R> {
    return this.#pool.submit(currentLoop(), fn, args);
  }

  /** Submits all jobs at once, as `Executor.map` says. */
  map<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...iterables: { [K in keyof A]: Iterable<A[K]> }): Items<R> {
    return this.#pool.map(fn, ...iterables);
  }

  /** Takes no more jobs, from the call on; waits for those that it has, unless told otherwise. */
  shutdown(options: ShutdownOptions = {}): Awaitable<void> {
    return this.#pool.shutdown(options);
  }

  /** Waits for the jobs, and ends the workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** @internal */
  _submit<A extends unknown[], R>(loop: BaseEventLoop, fn: ModuleFunction<A, R>, args: A): Future<R> {
    return this.#pool.submit(loop, fn, args);
  }
}

/** Runs functions in processes of their own: arguments and results are cloned. What a worker does cannot harm this process. */
export class ProcessPoolExecutor implements Executor {
  readonly #pool: WorkerPool;

  /** Starts nothing yet. @throws RangeError for numbers of workers or jobs that are not whole and positive. */
  constructor(options: ExecutorOptions = {}) {
    this.#pool = new WorkerPool("process", options);
  }

  /** Has `fn(...args)` called in a worker that is idle, or the first to become so. @throws as `loop.runInExecutor`. */
  submit<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...args: A): Future<R> {
    return this.#pool.submit(currentLoop(), fn, args);
  }

  /** Submits all jobs at once, as `Executor.map` says. */
  map<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...iterables: { [K in keyof A]: Iterable<A[K]> }): Items<R> {
    return this.#pool.map(fn, ...iterables);
  }

  /** Takes no more jobs, from the call on; waits for those that it has, unless told otherwise. */
  shutdown(options: ShutdownOptions = {}): Awaitable<void> {
    return this.#pool.shutdown(options);
  }

  /** Waits for the jobs, and ends the workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** @internal */
  _submit<A extends unknown[], R>(loop: BaseEventLoop, fn: ModuleFunction<A, R>, args: A): Future<R> {
    return this.#pool.submit(loop, fn, args);
  }
}
