/**
 * Tornado's coroutines: generators whose `yield` waits, and that begin where they are called.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import {
  type CoroutineGenerator,
  currentLoop,
  type Future,
  isCoroutine,
  isPromiseLike,
  isSuspension,
  Lazy,
  type Suspend,
} from "../core/mod.ts";
import { convertYielded } from "./convert_yielded.ts";
import { Return } from "./errors.ts";

/** On the functions that `coroutine` makes. */
const COROUTINE_FUNCTION: unique symbol = Symbol("gen.coroutine");

/** What the user's generator is driven by. */
type Body<T> = Generator<unknown, T, unknown>;

/**
 * Makes a coroutine function of a generator function. A call runs it until its first wait for something that is not done, before the caller goes on, and gives a
 * future: of one that never really waits it is done then. Errors are kept in the future, never thrown by the call.
 *
 *     const both = coroutine(function* (url: string) {
 *       const [head, body] = yield [fetchHead(url), fetchBody(url)];      // any yieldable; what it gives is not typed
 *       return yield* merge(head, body);                                  // any awaitable, typed
 *     });
 *
 * `yield` waits for what `convertYielded` takes, and throws BadYieldError at that place for anything else; without a value it gives up one turn. What is done is taken at
 * once, without giving up the turn; see `moment`. `throw new Return(value)` ends it from any depth.
 *
 * An async function may be given too: what holds is the same, except that its future is done some microtasks after its end. Each call is a task of its own: cancelling
 * the future throws CancelledError where the body waits.
 */
export function coroutine<A extends unknown[], T>(
  // deno-lint-ignore no-explicit-any -- what a `yield` gives
  fn: (...args: A) => Generator<unknown, T, any> | PromiseLike<T>,
): (...args: A) => Future<T> {
  if (typeof fn !== "function") throw new TypeError(`Cannot make a coroutine function: a function was expected, got ${typeName(fn)}`);
  const call = function (this: unknown, ...args: A): Future<T> {
    return currentLoop().createTask<T>(() => run(fn.name, () => Reflect.apply(fn, this, args)), { eagerStart: true });
  };
  Object.defineProperty(call, "name", { value: fn.name, configurable: true });
  Object.defineProperty(call, COROUTINE_FUNCTION, { value: true });
  return call;
}

/** Whether it was made by this module's `coroutine`. */
export function isCoroutineFunction(fn: unknown): boolean {
  return typeof fn === "function" && COROUTINE_FUNCTION in fn;
}

/** Begins a call. A generator is driven; of an async function only the way it ends is looked at. */
function run<T>(name: string, begin: () => unknown): CoroutineGenerator<T> | PromiseLike<T> {
  const made = begin();
  if (isCoroutine(made) && !(made instanceof Lazy)) return drive(made as Body<T>);
  if (isPromiseLike(made)) return made.then(null, returned) as PromiseLike<T>;
  throw new TypeError(
    `Cannot run the coroutine ${name || "function"}: a generator was expected, got ${typeName(made)} (is it a function*?)`,
  );
}

function* drive<T>(body: Body<T>): CoroutineGenerator<T> {
  try {
    let step = body.next();
    while (!step.done) step = yield* answer(body, step.value);
    return step.value;
  } catch (error) {
    return returned(error) as T;
  }
}

/** Waits for what was yielded, and goes on with what that gives or throws. */
function* answer<T>(body: Body<T>, yielded: unknown): CoroutineGenerator<IteratorResult<unknown, T>> {
  let value: unknown;
  try {
    value = isForKernel(yielded) ? yield yielded : yield* convertYielded(yielded);
  } catch (error) {
    return body.throw(error);
  }
  return body.next(value);
}

/** A `yield*` inside the body, which waits in the kernel's way, or a `yield` without a value. */
function isForKernel(yielded: unknown): yielded is Suspend | undefined {
  return yielded === undefined || (isSuspension(yielded) && yielded._unused !== true); // an awaitable without a star is one to be converted
}

/** What a body that threw `error` gives. */
function returned(error: unknown): unknown {
  if (error instanceof Return) return error.value;
  throw error;
}
