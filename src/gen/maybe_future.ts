/**
 * Waiting for what may be a value already.
 *
 * @module
 */
import type { Future, ResultOf, Waitable } from "../core/mod.ts";
import { start } from "./convert_yielded.ts";
import { finished } from "./outcome.ts";
import { isWaitable } from "./yieldable.ts";

/** What waiting for a `V` gives, which a value that cannot be waited for is itself. */
// deno-lint-ignore no-explicit-any -- of any result
export type ValueOf<V> = V extends readonly unknown[] ? V : V extends Waitable<any> ? ResultOf<V> : V;

/**
 * A future of what can be waited for, which starts at the call (a future is given back as it is); of anything else a future that is done and holds it. Functions
 * can be waited for here as everywhere: they are called. Arrays and records are values.
 */
export function maybeFuture<V>(value: V): Future<ValueOf<V>>;
/** With the type of the result named. */
export function maybeFuture<T>(value: Waitable<T> | T): Future<T>;
export function maybeFuture<T>(value: Waitable<T> | T): Future<T> {
  return isWaitable(value) ? start(value as Waitable<T>) : finished(value as T);
}
