/**
 * What can be yielded from a `gen.coroutine`, and waited for by the functions of tsyncio/gen.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { Future, isCoroutine, isDrivable, isPromiseLike, type ResultOf, type Waitable } from "../core/mod.ts";

/**
 * The types that were given to `convertYielded.register`, as far as the compiler is to know of them: augment it, under any names.
 *
 *     declare module "tsyncio/gen" {
 *       interface YieldableTypes { query: Query }
 *     }
 */
// deno-lint-ignore no-empty-interface -- to be augmented
export interface YieldableTypes {}

/** Anything that can be waited for, and arrays and records of yieldables. More by `convertYielded.register`. */
export type Yieldable =
  // deno-lint-ignore no-explicit-any -- of any result
  | Waitable<any>
  | YieldableTypes[keyof YieldableTypes]
  | readonly Yieldable[]
  | { readonly [key: string]: Yieldable };

/** What waiting for a `Y` gives: arrays and records keep their shape. */
// deno-lint-ignore no-explicit-any -- results of registered types are not known
export type YieldResult<Y> = Y extends Waitable<any> ? ResultOf<Y>
  // deno-lint-ignore no-explicit-any -- the same
  : Y extends YieldableTypes[keyof YieldableTypes] ? any
  : Y extends readonly unknown[] | { readonly [key: string]: unknown } ? { -readonly [K in keyof Y]: YieldResult<Y[K]> }
  : never;

/** A record of values by name. */
export type PlainRecord = Readonly<Record<string, unknown>>;

/** Whether it is an object written as `{ … }`, and not of any class. */
export function isRecord(value: unknown): value is PlainRecord {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Whether it can be waited for by itself: a future, coroutine, promise or function, or an object that says by an iterator of its program's own how it is
 * waited for. Maps, byte arrays and the other iterables of the language and of hosts are values.
 */
export function isWaitable(value: unknown): value is Waitable<unknown> {
  if (value instanceof Future || typeof value === "function" || isCoroutine(value) || isPromiseLike(value)) return true;
  return isDrivable(value) && !isNative(value[Symbol.iterator]);
}

function isNative(method: unknown): boolean {
  return /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(method));
}

/** What error messages call something that cannot be waited for. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (isRecord(value)) return "a record";
  return typeof value === "object" && value !== null ? `an object of ${value.constructor?.name || "a class"}` : typeName(value);
}
