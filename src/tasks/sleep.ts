/**
 * Waiting for time to pass.
 *
 * @module
 */
import { type Awaitable, checkDelay, pause, sleepFor } from "../core/mod.ts";

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
  return delay <= 0 ? pause(result) : sleepFor(delay, result);
}
