/**
 * From functions that take a callback to futures.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { Future, isPromiseLike } from "../core/mod.ts";
import { endWith } from "./outcome.ts";

/** What a callback that was given several results leaves. */
export class Arguments {
  /** The results. */
  readonly args: readonly unknown[];

  /** `args` are the results. */
  constructor(args: readonly unknown[]) {
    this.args = args;
  }
}

/**
 * Calls `fn(...args, callback)`. The future holds what the callback is called with: its one argument, undefined without one, `Arguments` of several. What `fn` throws is the
 * future's error. Later calls of the callback do nothing, nor does one after the future was cancelled.
 *
 * Callbacks that get an error first leave `Arguments` too; for those the host's `promisify` fits better.
 *
 * @throws TypeError at the call when `fn` is no function.
 */
// deno-lint-ignore no-explicit-any -- what the callback is called with
export function task<A extends unknown[], T = any>(
  // deno-lint-ignore no-explicit-any -- the same
  fn: (...args: [...A, (...results: any[]) => void]) => void,
  ...args: A
): Future<T> {
  if (typeof fn !== "function") throw new TypeError(`Cannot call with a callback: a function was expected, got ${typeName(fn)}`);
  const future = new Future<T>();
  const callback = (...results: unknown[]): void => {
    if (!future.done()) future.setResult(asOne(results) as T);
  };
  try {
    const result: unknown = fn(...args, callback);
    if (isPromiseLike(result)) result.then(null, (error) => failed(future, error));
  } catch (error) {
    failed(future, error);
  }
  return future;
}

function asOne(results: readonly unknown[]): unknown {
  return results.length > 1 ? new Arguments(results) : results[0];
}

function failed(future: Future<unknown>, exception: unknown): void {
  if (!future.done()) return endWith(future, exception);
  future._loop.callExceptionHandler({ message: "Exception in a function that has called its callback", exception, future });
}
