/**
 * Waiting for several things, for all of them.
 *
 * @module
 */
import type { Future } from "../core/mod.ts";
import { convertSeveral } from "./convert_yielded.ts";
import { quietOnes, type QuietOptions } from "./quiet.ts";
import type { Yieldable, YieldResult } from "./yieldable.ts";

/**
 * Runs everything in an array or a record side by side, and gives an array or a record of the results. Members may be arrays and records again. What can
 * become a task starts at the call; if all are done then, so is the future.
 *
 * It waits for all, also when some fail, and then fails with the first error by position. The further ones are told to the loop's exception handler, each as
 * `{ message: "Multiple exceptions in yield list", exception, future }`, unless they are among `quietExceptions`. Cancelling it cancels all that
 * are not done (tornado has no cancellation; this is `gather`'s rule).
 *
 * @throws BadYieldError at the call for anything but arrays and records of yieldables, before anything is started; RangeError for futures of
 * different loops; TypeError for `quietExceptions` that are neither error classes nor a function.
 */
export function multi<const Y extends readonly Yieldable[] | [] | { readonly [key: string]: Yieldable }>(
  children: Y,
  options: QuietOptions = {},
): Future<YieldResult<Y>> {
  return convertSeveral(children, quietOnes(options)) as Future<YieldResult<Y>>;
}

/** The same; tornado tells the two apart for reasons of its history. */
export const multiFuture: typeof multi = multi;
