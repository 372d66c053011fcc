/**
 * Handing outcomes from one future to another.
 *
 * @module
 */
import { Future, isCancelled } from "../core/mod.ts";

/** A future that has its result already. */
export function finished<T>(value: T, loop?: object): Future<T> {
  const future = new Future<T>(loop === undefined ? {} : { loop });
  future.setResult(value);
  return future;
}

/** Ends a future with an error: a cancellation cancels it. */
export function endWith(future: Future<unknown>, error: unknown): void {
  if (isCancelled(error)) future._cancelWith(error);
  else future.setException(error);
}

/** Gives `target` the outcome of `source`, which is done; an error counts as seen. */
export function passOutcome(source: Future<unknown>, target: Future<unknown>): void {
  source._settle((value) => target.setResult(value), (error) => endWith(target, error));
}
