/**
 * Running a coroutine function from outside the loop.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { checkDelay, type CoroutineGenerator, currentLoop, type Future, runningLoop } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import { convertYielded } from "./convert_yielded.ts";
import { withTimeout } from "./with_timeout.ts";

/**
 * Runs `fn` on the thread's default loop, and gives the result of what it returns: a future, coroutine, or anything that can be yielded. tornado's
 * IOLoop.run_sync, except that it gives a promise: JavaScript cannot block. For a loop of its own, which ends what is left over, use `run`.
 *
 * After `timeout` milliseconds it gives up; the coroutine goes on, and keeps the process alive.
 *
 * @throws (as a rejection) the error of the coroutine; TimeoutError when the time is over; BadYieldError when `fn` returns a value that is neither nothing nor
 * to be waited for; RuntimeError inside a callback or task of any loop; TypeError when `fn` is no function or the timeout no number.
 */
export async function runSync<T>(fn: () => Future<T> | CoroutineGenerator<T>, timeout?: number): Promise<T> {
  if (typeof fn !== "function") throw new TypeError(`Cannot run: a function was expected, got ${typeName(fn)}`);
  if (timeout !== undefined) checkDelay(timeout, "runSync");
  if (runningLoop() !== null) throw new RuntimeError("runSync() cannot be called from a running event loop");
  const work = currentLoop().createTask<T>(() => callAndWait(fn));
  return await (timeout === undefined ? work : withTimeout(timeout, work) as Future<T>);
}

function* callAndWait<T>(fn: () => unknown): CoroutineGenerator<T> {
  const result = fn();
  if (result === undefined || result === null) return result as T;
  return yield* convertYielded(result);
}
