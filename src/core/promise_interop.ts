/**
 * Between futures and the promises and signals of the host.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import {
  asPromise,
  type Awaitable,
  type CoroutineGenerator,
  isDrivable,
  isPromiseLike,
  type Startable,
  type Waitable,
} from "./awaitable.ts";
import { awaitable } from "./coroutine.ts";
import { Future } from "./future.ts";
import { currentStrand, type LoopFace, someLoop } from "./running.ts";
import type { Strand } from "./strand.ts";
import type { Task } from "./task.ts";

/** Where a future is to live. */
export interface FutureOptions {
  /** Without one: the running loop, else the thread's default loop. */
  readonly loop?: object;
}

/**
 * A future of whatever can be waited for: a Future or Task as it is, a task of what can become one, and a promise (or anything with a `then`) wrapped.
 *
 * @throws TypeError for anything else; RangeError when a future is given with a loop that it does not belong to.
 */
export function ensureFuture<F extends Future<unknown>>(future: F, options?: FutureOptions): F;
/** A task of what can become one. */
export function ensureFuture<T>(startable: Startable<T>, options?: FutureOptions): Task<T>;
/** A future with the outcome of a promise. */
export function ensureFuture<T>(promise: PromiseLike<T>, options?: FutureOptions): Future<T>;
/** Whichever of these it is. */
export function ensureFuture<T>(waitable: Waitable<T>, options?: FutureOptions): Future<T>;
export function ensureFuture(waitable: unknown, options: FutureOptions = {}): Future<unknown> {
  if (waitable instanceof Future) {
    if (options.loop !== undefined && options.loop !== waitable._loop) {
      throw new RangeError("Cannot ensure a future: it belongs to a different loop");
    }
    return waitable;
  }
  if (typeof waitable === "function" || isDrivable(waitable)) {
    const loop = (options.loop ?? someLoop()) as LoopFace & { createTask(coroutine: unknown): Task<unknown> };
    return loop.createTask(waitable);
  }
  if (isPromiseLike(waitable)) return wrapFuture(waitable, options);
  throw new TypeError(`Cannot ensure a future: something to wait for was expected, got ${typeName(waitable)}`);
}

/** A future with the outcome of a promise. Cancelling it leaves the promise alone, whose outcome is then dropped. */
export function wrapFuture<T>(promise: PromiseLike<T>, options: FutureOptions = {}): Future<T> {
  if (promise instanceof Future) return promise;
  if (!isPromiseLike(promise)) throw new TypeError(`Cannot wrap a promise: got ${typeName(promise)}`);
  const future = new Future<T>(options);
  asPromise(promise).then(
    (value) => {
      if (!future.done()) future.setResult(value);
    },
    (error) => {
      if (!future.done()) future.setException(error);
    },
  );
  return future;
}

/**
 * A wait for a promise that can be cancelled; the promise goes on, and its outcome is dropped. Await it instead of the promise to
 * have a cancellation point there.
 */
export function until<T>(promise: PromiseLike<T>): Awaitable<T> {
  if (!isPromiseLike(promise)) {
    throw new TypeError(`Cannot wait until a promise settles: got ${typeName(promise)}`);
  }
  return awaitable(waitUntil(promise));
}

function* waitUntil<T>(promise: PromiseLike<T>): CoroutineGenerator<T> {
  const future = wrapFuture(promise);
  (currentStrand() as Strand)._oweNothing();
  try {
    return yield* future;
  } catch (error) {
    if (future.cancelled()) (currentStrand() as Strand)._oweToHelpers((error as Error).message);
    throw error;
  }
}

/**
 * Aborts with a CancelledError when the code that runs is asked to end: by cancelling its task, by a timeout or group around it. For what takes a signal,
 * such as `fetch`. Outside a task it never aborts.
 */
export function currentSignal(): AbortSignal {
  const strand = currentStrand() as Strand | null;
  return strand === null ? new AbortController().signal : strand.signal;
}
