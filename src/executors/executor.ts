/**
 * Executors of a loop.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import {
  type Awaitable,
  awaitable,
  type BaseEventLoop,
  checkDelay,
  type CoroutineGenerator,
  currentLoop,
  type Future,
  wrapFuture,
} from "../core/mod.ts";
import { RuntimeError, TimeoutError } from "../errors.ts";
import { waitFor } from "../tasks/timeout.ts";
import type { ModuleFunction } from "./module_function.ts";
import { type Executor, ProcessPoolExecutor, ThreadPoolExecutor } from "./pool_executors.ts";

/** A loop with executors. */
export interface ExecutorLoop extends BaseEventLoop {
  /**
   * Made when it is first needed.
   * @internal
   */
  _defaultExecutor: Executor | null;
  /** @internal */
  _executorIsShutDown: boolean;
}

/** `loop.runInExecutor`. */
export function runInExecutor<A extends unknown[], R>(
  loop: ExecutorLoop,
  executor: Executor | null,
  fn: ModuleFunction<A, R>,
  args: A,
): Future<R> {
  loop._checkOpen();
  if (executor !== null) checkExecutor(executor, "run in an executor");
  else if (loop._executorIsShutDown) throw new RuntimeError("Executor shutdown has been called");
  const chosen = executor ?? (loop._defaultExecutor ??= new ThreadPoolExecutor({ name: "tsyncio" }));
  if (chosen instanceof ThreadPoolExecutor || chosen instanceof ProcessPoolExecutor) return chosen._submit(loop, fn, args);
  return wrapFuture(chosen.submit(fn, ...args), { loop });
}

/** @throws TypeError for anything but an executor. */
export function checkExecutor(executor: unknown, action: string): asserts executor is Executor {
  const { submit, shutdown } = Object(executor) as Partial<Executor>;
  if (typeof submit === "function" && typeof shutdown === "function") return;
  throw new TypeError(`Cannot ${action}: an executor was expected, got ${typeName(executor)}`);
}

/** `loop.shutdownDefaultExecutor`. */
export function shutdownDefaultExecutor(loop: ExecutorLoop, timeout: number | null): Awaitable<void> {
  if (timeout !== null) checkDelay(timeout, "shutdownDefaultExecutor");
  return awaitable(shutDown(loop, timeout));
}

function* shutDown(loop: ExecutorLoop, timeout: number | null): CoroutineGenerator<void> {
  loop._executorIsShutDown = true;
  const executor = loop._defaultExecutor;
  if (executor === null) return;
  if (timeout === null) return yield* executor.shutdown();
  try {
    yield* waitFor(executor.shutdown(), timeout);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.warn(`RuntimeWarning: The executor did not finish its jobs within ${timeout} ms`);
    void executor.shutdown({ wait: false });
  }
}

/**
 * Has `fn(...args)` called in a thread of the loop's default executor.
 *
 *     await toThread(work.sum, [1, 2, 3]);
 *
 * Cancelling the wait cancels the job: one that is queued is dropped, one that runs is told (`cancelRequested`) and its result dropped.
 *
 * @throws what the function throws, TypeError when an argument or the result cannot be cloned, BrokenExecutor when its thread ends.
 */
export function toThread<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...args: A): Awaitable<R> {
  return awaitable(callInThread(fn, args));
}

function* callInThread<A extends unknown[], R>(fn: ModuleFunction<A, R>, args: A): CoroutineGenerator<R> {
  return yield* runInExecutor(currentLoop() as ExecutorLoop, null, fn, args);
}
