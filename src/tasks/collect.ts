/**
 * Looking at several things that are to be waited for.
 *
 * @module
 */
import { isCoroutine, isHandedOver, isPromiseLike } from "../core/mod.ts";

/**
 * The members of an iterable. Each is looked at as it comes: a coroutine taken for an iterable may have no end.
 *
 * @throws TypeError, with the text `expected`, for what is no iterable, or is itself something to wait for.
 */
export function collect<T>(given: Iterable<T>, expected: string): readonly T[] {
  if (Array.isArray(given)) return given;
  const isIterable = typeof (given as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === "function";
  if (!isIterable || typeof given === "string" || isPromiseLike(given)) throw new TypeError(expected);
  const mayBeCoroutine = isCoroutine(given);
  const members: T[] = [];
  for (const member of given) {
    if (mayBeCoroutine && isHandedOver(member)) throw new TypeError(`${expected}, got a coroutine`);
    members.push(member);
  }
  return members;
}
