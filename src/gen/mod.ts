/**
 * tornado.gen 4.4: combinators for futures, and coroutines whose `yield` waits. For programs that come from Tornado; they work with all of tsyncio, in generators
 * and in async functions. The guide docs/gen.md tells what became of each name.
 *
 * @example
 * ```ts ignore
 * import { coroutine, multi, runSync, sleep } from "@tsyncio/tsyncio/gen";
 *
 * const job = coroutine(function* (n: number) {
 *   yield sleep(10);
 *   return n * n;
 * });
 *
 * console.log(await runSync(() => multi({ two: job(2), three: job(3) }))); // { two: 4, three: 9 }
 * ```
 *
 * @module
 */
import "../event_loop.ts"; // makes the default loop, for programs that import nothing else

export { type ConvertYielded, convertYielded } from "./convert_yielded.ts";
export { coroutine, isCoroutineFunction } from "./coroutine.ts";
export { BadYieldError, Return } from "./errors.ts";
export { maybeFuture, type ValueOf } from "./maybe_future.ts";
export { moment } from "./moment.ts";
export { multi, multiFuture } from "./multi.ts";
export type { QuietOptions } from "./quiet.ts";
export { runSync } from "./run_sync.ts";
export { sleep } from "./sleep.ts";
export { Arguments, task } from "./task.ts";
export { WaitIterator } from "./wait_iterator.ts";
export { withTimeout } from "./with_timeout.ts";
export type { Yieldable, YieldableTypes, YieldResult } from "./yieldable.ts";
