/**
 * Waiting for time to pass.
 *
 * @module
 */
import { type Awaitable, awaitable, checkDelay, type CoroutineGenerator, currentLoop, Future, pause } from "../core/mod.ts";

/**
 * Waits for `delay` milliseconds, counted from the await, and gives `result`. Zero and negative delays give up exactly one turn; Infinity waits until cancelled.
 *
 * @throws TypeError when the delay is no number, RangeError when it is NaN; both at the call.
 */
export function sleep(delay: number): Awaitable<void>;
/** With a result. */
export function sleep<T>(delay: number, result: T): Awaitable<T>;
export function sleep(delay: number, result?: unknown): Awaitable<unknown> {
  checkDelay(delay, "sleep");
  return delay <= 0 ? pause(result) : awaitable(sleepFor(delay, result));
}

function* sleepFor(delay: number, result: unknown): CoroutineGenerator<unknown> {
  const loop = currentLoop();
  const future = new Future<unknown>({ loop });
  const timer = loop._callAt(loop.time() + delay, wake, future, result);
  try {
    return yield* future;
  } finally {
    timer.cancel();
  }
}

function wake(future: Future<unknown>, result: unknown): void {
  if (!future.done()) future.setResult(result);
}
