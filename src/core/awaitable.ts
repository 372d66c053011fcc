/**
 * What can be waited for, as types; and how an `await` is told from a `then` written by hand.
 *
 * @module
 */

import { RuntimeError } from "../errors.ts";

/** What a generator coroutine hands to the kernel when it has to wait. Users never make one. */
export interface Suspend {
  /** Only the kernel's own objects are taken. */
  readonly _suspends: true;
}

/** A running or suspended generator coroutine. A bare `yield` gives up one turn of the loop. */
// deno-lint-ignore no-explicit-any -- what `yield*` gives is typed by the delegate, not by the generator that delegates
export type CoroutineGenerator<T> = Generator<Suspend | undefined, T, any>;

/** What `yield*` drives. An object of your own may be one, as with Python's `__await__`. */
export interface Drivable<T> {
  /** Asked for when the waiting starts. */
  // deno-lint-ignore no-explicit-any -- as in CoroutineGenerator
  [Symbol.iterator](): Iterator<Suspend | undefined, T, any>;
}

/** Usable with `await` and with `yield*`. Structurally a Promise. */
export interface Awaitable<T> extends Promise<T>, Drivable<T> {}

/** What can be read by `for await` and, in generators, by `yield* items.next()`. */
export interface Items<T> {
  /** The next one, or the end. */
  next(): Awaitable<IteratorResult<T, undefined>>;
  /** Ends it: what is left is dropped. */
  return(): Awaitable<IteratorResult<T, undefined>>;
  /** Itself. */
  [Symbol.asyncIterator](): this;
}

/** What a body or callback returns where a coroutine is expected. */
export type Body<T> = CoroutineGenerator<T> | PromiseLike<T>;

/** What can become a task. A bare promise cannot: it is already running. A Future or Task is refused at run time. */
export type Startable<T> = CoroutineGenerator<T> | Awaitable<T> | Drivable<T> | (() => Body<T>);

/** What can be waited for: a Startable, or any promise. */
export type Waitable<T> = Startable<T> | PromiseLike<T>;

/** What waiting for a `W` gives. */
// deno-lint-ignore no-explicit-any -- in the position of an inferred type's neighbours
export type ResultOf<W> = W extends Generator<any, infer T, any> ? T
  : W extends PromiseLike<infer T> ? T
  : W extends () => infer R ? ResultOf<R>
  : W extends Drivable<infer T> ? T
  : never;

/** The two functions that `await` and the promise combinators pass to `then`. */
export type Resolve = (value: unknown) => void;
export type Reject = (error: unknown) => void;

/** What `then` gives to the engine, which does not look at it, and to those who pass the functions of a promise of their own. */
export const AWAITED: Promise<unknown> = Promise.resolve();

const sourceOf = Function.prototype.toString;
/** How this engine writes a native function without a name. The resolving functions of a promise are such, and so is this one. */
const NAMELESS_NATIVE = sourceOf.call(Function.prototype);

/** Whether it writes the names of bound functions. Where it does not (V8) these look nameless too, and their names have to be asked for. */
const BOUND_ARE_NAMED = sourceOf.call(isAwait.bind(null)) !== NAMELESS_NATIVE;

/**
 * Whether `then(onFulfilled, onRejected)` was called by the engine for an `await` (or by a promise combinator):
 * it passes the resolving functions of a promise, which are native and nameless. A person passes a function of their own.
 *
 * Where sources tell names (JavaScriptCore) names are not asked for: engines make them when they are, at the cost of the rest of an await.
 */
export function isAwait(onFulfilled: unknown, onRejected: unknown): boolean {
  if (typeof onRejected !== "function" || typeof onFulfilled !== "function") return false;
  return sourceOf.call(onRejected) === NAMELESS_NATIVE && (BOUND_ARE_NAMED || onRejected.name === "");
}

const GeneratorFunction = Object.getPrototypeOf(function* () {});

/** Whether calling it makes a generator. */
export function isGeneratorFunction(value: unknown): boolean {
  return typeof value === "function" && Object.getPrototypeOf(value) === GeneratorFunction;
}

/** Whether `yield*` can drive it: a generator, an Awaitable, an object with an iterator of its own. */
export function isDrivable(value: unknown): value is Awaitable<unknown> {
  return typeof value === "object" && value !== null && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function" &&
    !Array.isArray(value);
}

/**
 * What `yield*` in an async generator, and `for await`, ask an awaitable for. They would hand to whoever reads the generator what is meant for
 * the loop, and leave a scope open meanwhile.
 */
export function refuseAsyncIteration(awaitable: unknown): RuntimeError {
  return new RuntimeError(`Cannot iterate ${awaitable}: in an async generator wait with await, not with yield*`);
}

/** Whether it has a `then`. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return value !== null && (typeof value === "object" || typeof value === "function") &&
    typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}

/** A promise of what a foreign thenable comes to: its first outcome counts, and what its `then` throws is one. Ours and the engine's are taken as they are. */
export function asPromise<T>(thenable: PromiseLike<T>): PromiseLike<T> {
  if (thenable instanceof Promise || isDrivable(thenable)) return thenable;
  return new Promise<T>((resolve, reject) => void thenable.then(resolve, reject));
}
