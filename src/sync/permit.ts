/**
 * Permits: what `acquire` gives.
 *
 * @module
 */
import { type Awaitable, type Body, type CoroutineGenerator, runBody } from "../core/mod.ts";

/**
 * One acquisition of a lock or semaphore. Truthy; disposing it, by `using` or by hand, releases what it stands for, once.
 *
 * @example
 * ```ts ignore
 * using permit = await lock.acquire();
 * ```
 */
export interface Permit extends Disposable {}

/** Refuses, at the call, what `run` cannot run. */
export function checkBody(body: unknown, name: string): void {
  if (typeof body !== "function") throw new TypeError(`Cannot run a body with the ${name}: a function was expected, got ${typeof body}`);
}

/** Acquires, runs the body, and releases whatever the body ended with: Python's `async with`. */
export function* runHolding<T>(acquire: Awaitable<Permit>, release: () => void, body: () => Body<T>): CoroutineGenerator<T> {
  yield* acquire;
  try {
    return yield* runBody(body);
  } finally {
    release();
  }
}
