/**
 * Making futures of what is yielded.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { currentLoop, Future, isDrivable, running, type Waitable, wrapFuture } from "../core/mod.ts";
import { AllDone } from "./all_done.ts";
import { BadYieldError } from "./errors.ts";
import type { IsQuiet } from "./quiet.ts";
import { describeValue, isRecord, isWaitable, type PlainRecord } from "./yieldable.ts";

/** Makes something to wait for of a value of a registered type. */
type Conversion = (value: never) => unknown;

/** Makes a future of anything that can be yielded. */
export interface ConvertYielded {
  /**
   * What `yield` in a `gen.coroutine` does first: values of registered types are converted by what was registered, arrays and records become what
   * `multi` gives, futures are taken as they are, coroutines and functions start at the call, promises are wrapped.
   *
   * @throws BadYieldError at the call for anything else; nothing was started then.
   */
  // deno-lint-ignore no-explicit-any -- of any result
  (yielded: unknown): Future<any>;

  /**
   * Has values of `type`, and of its subclasses that are not registered themselves, converted by `convert` wherever something is yielded or given to
   * `multi` or `withTimeout`, also inside arrays and records. A second registration of a type takes the place of the first. It holds for
   * this thread.
   *
   * @throws TypeError for anything but a class and a function.
   */
  // deno-lint-ignore no-explicit-any -- constructors of any arguments
  register<T>(type: abstract new (...args: any[]) => T, convert: (value: T) => Waitable<unknown>): void;
}

/** Makes a future of anything that can be yielded; what more can be is said by `convertYielded.register`. */
export const convertYielded: ConvertYielded = Object.assign(convertOne, { register });

function register(type: unknown, convert: unknown): void {
  const prototype: unknown = typeof type === "function" ? type.prototype : undefined;
  if (typeof prototype !== "object" || prototype === null) {
    throw new TypeError(`Cannot register a yieldable type: a class was expected, got ${typeName(type)}`);
  }
  if (typeof convert !== "function") {
    throw new TypeError(
      `Cannot register the yieldable type ${(type as { name: string }).name}: a function was expected, got ${typeName(convert)}`,
    );
  }
  running.yieldables ??= new Map();
  running.yieldables.set(prototype, convert as Conversion);
}

/** Of the nearest registered class of a value; null without one. */
function conversionOf(value: unknown): Conversion | null {
  const { yieldables } = running;
  if (yieldables === null || value === undefined || value === null) return null;
  for (let prototype: object | null = Object.getPrototypeOf(value); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const conversion = yieldables.get(prototype);
    if (conversion !== undefined) return conversion;
  }
  return null;
}

function convertOne(yielded: unknown): Future<unknown> {
  checkYieldable(yielded);
  return toFuture(yielded);
}

/**
 * The future of several things, an array or a record of them.
 *
 * @throws BadYieldError for anything else, and for a member that cannot be waited for; nothing was started then.
 */
export function convertSeveral(children: unknown, isQuiet: IsQuiet): Future<unknown> {
  if (!Array.isArray(children) && !isRecord(children)) {
    throw new BadYieldError(`Cannot wait for several things: an array or a record was expected, got ${describeValue(children)}`);
  }
  checkMembers(children);
  return waitForMembers(children, isQuiet);
}

/** Looks at everything before anything is started. */
function checkYieldable(yielded: unknown): void {
  if (conversionOf(yielded) !== null) return;
  if (Array.isArray(yielded)) return checkMembers(yielded);
  if (isWaitable(yielded)) return;
  if (isRecord(yielded)) return checkMembers(yielded);
  throw new BadYieldError(
    `Cannot wait for what was yielded: a future, coroutine, promise, function, array or record was expected, got ${describeValue(yielded)}`,
  );
}

function checkMembers(children: readonly unknown[] | PlainRecord): void {
  for (const child of Array.isArray(children) ? children : Object.values(children)) checkYieldable(child);
}

/** Of something that was checked. */
function toFuture(yielded: unknown): Future<unknown> {
  const conversion = conversionOf(yielded);
  if (conversion !== null) return convertRegistered(yielded, conversion);
  return isWaitable(yielded) ? start(yielded) : waitForMembers(yielded as readonly unknown[] | PlainRecord, nothingIsQuiet);
}

function convertRegistered(yielded: unknown, conversion: Conversion): Future<unknown> {
  const converted = conversion(yielded as never);
  if (isWaitable(converted)) return start(converted);
  throw new BadYieldError(
    `Cannot wait for ${describeValue(yielded)}: what is registered for it gave ${describeValue(converted)}, nothing to wait for`,
  );
}

/** Tornado's coroutines begin where they are called, so what becomes a task begins here; one that never waits is done when this returns. */
export function start<T>(waitable: Waitable<T>): Future<T> {
  if (waitable instanceof Future) return waitable;
  if (typeof waitable === "function" || isDrivable(waitable)) return currentLoop().createTask<T>(waitable, { eagerStart: true });
  return wrapFuture(waitable as PromiseLike<T>);
}

function waitForMembers(children: readonly unknown[] | PlainRecord, isQuiet: IsQuiet): Future<unknown> {
  if (Array.isArray(children)) return new AllDone(startAll(children), (results) => results, isQuiet);
  const keys = Object.keys(children);
  const futures = startAll(Object.values(children));
  return new AllDone(futures, (results) => Object.fromEntries(keys.map((key, at) => [key, results[at]])), isQuiet);
}

/** What is given twice is started once, functions apart: each call of one is work of its own. */
export function startAll(children: readonly unknown[], toOne: (child: unknown) => Future<unknown> = toFuture): Future<unknown>[] {
  const started = new Map<unknown, Future<unknown>>();
  return children.map((child) => {
    const future = started.get(child) ?? toOne(child);
    if (typeof child !== "function") started.set(child, future);
    return future;
  });
}

function nothingIsQuiet(): boolean {
  return false;
}
