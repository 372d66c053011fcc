/**
 * Coroutines: what is written as a generator (or as an async function) and waited for in either way.
 *
 * @module
 */
import { RuntimeError } from "../errors.ts";
import {
  type Awaitable,
  AWAITED,
  type Body,
  type CoroutineGenerator,
  isAwait,
  isGeneratorFunction,
  refuseAsyncIteration,
  type Reject,
  type Resolve,
  type Suspend,
} from "./awaitable.ts";
import { currentStrand, running, runningLoop } from "./running.ts";
import { runBody } from "./body.ts";
import { DriverStrand, type Strand } from "./strand.ts";
import { Task } from "./task.ts";

/** A lazy call of a `coroutine` function. */
export interface Coroutine<T> extends Awaitable<T> {
  /** Runs it to its next suspension, as `next` of a generator. Needs no loop. */
  send(value: unknown): unknown;
  /** Throws `error` where it is suspended, as `throw` of a generator. Needs no loop. */
  throw(error: unknown): unknown;
  /** Ends it, running its `finally` blocks; one that was not started never starts. Needs no loop. */
  close(): void;
}

/** Makes the steps of a coroutine when it starts. */
type Start<T> = () => CoroutineGenerator<T>;

/** Something that starts when it is waited for. Outside any task, and for callbacks given by hand, it becomes a task of its own. */
export abstract class Lazy<T> implements Awaitable<T> {
  constructor() {
    if (running.debugs) runningLoop()?._notes?.noteCoroutine(this);
  }

  abstract get [Symbol.toStringTag](): string;

  /**
   * Whether nobody has begun to wait for it.
   * @internal
   */
  abstract get _unused(): boolean;

  /**
   * What it is called, for people; "" where that is not known.
   * @internal
   */
  get _label(): string {
    return "";
  }

  abstract [Symbol.iterator](): Iterator<Suspend | undefined, T, unknown>;

  /** @internal */
  [Symbol.asyncIterator](): never {
    throw refuseAsyncIteration(this);
  }

  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    // deno-lint-ignore no-explicit-any -- as of promises
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    const strand = isAwait(onFulfilled, onRejected) ? currentStrand() : null;
    if (strand === null) return new Task<T>(this).then(onFulfilled, onRejected);
    this._drive(strand as Strand, onFulfilled as Resolve, onRejected as Reject);
    return AWAITED as Promise<never>;
  }

  // deno-lint-ignore no-explicit-any -- as of promises
  catch<R = never>(onRejected?: ((reason: any) => R | PromiseLike<R>) | null): Promise<T | R> {
    return new Task<T>(this).catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return new Task<T>(this).finally(onFinally);
  }

  /**
   * Runs for an async function of `strand` that awaits it.
   * @internal
   */
  _drive(strand: Strand, resolve: Resolve, reject: Reject): void {
    let steps: Iterator<unknown, T, unknown>;
    try {
      steps = this[Symbol.iterator]();
    } catch (error) {
      return reject(error);
    }
    const driver = new DriverStrand(strand, steps, resolve, reject);
    strand.loop._notes?.noteAs(driver, this);
    driver.start(this._scoped());
  }

  /**
   * Whether its later steps call functions of the user, which then see the context of the one who awaits.
   * @internal
   */
  _scoped(): boolean {
    return false;
  }
}

/** What a coroutine function gives: usable once, with `await`, with `yield*`, or by something that makes a task of it. */
class LazyCoroutine<T> extends Lazy<T> implements Coroutine<T> {
  #start: Start<T> | null;
  #steps: CoroutineGenerator<T> | null = null;
  readonly #scoped: boolean;
  readonly #name: string;
  #unused = true;

  constructor(start: Start<T> | CoroutineGenerator<T>, scoped: boolean, name = "") {
    super();
    this.#name = name;
    if (typeof start === "function") this.#start = start;
    else {
      this.#start = null;
      this.#steps = start;
    }
    this.#scoped = scoped;
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  [Symbol.iterator](): Iterator<Suspend | undefined, T, unknown> {
    return this.#take();
  }

  send(value: unknown): unknown {
    return this.#stepByHand((steps) => value === undefined || value === null ? steps.next() : steps.next(value));
  }

  throw(error: unknown): unknown {
    return this.#stepByHand((steps) => steps.throw(error));
  }

  #stepByHand(step: (steps: CoroutineGenerator<T>) => IteratorResult<unknown, T>): unknown {
    const steps = this.#open();
    this.#steps = null; // unless it goes on
    const result = step(steps);
    if (!result.done) this.#steps = steps;
    return result;
  }

  close(): void {
    this.#unused = false;
    this.#start = null;
    this.#steps?.return(undefined as T);
    this.#steps = null;
  }

  get _unused(): boolean {
    return this.#unused;
  }

  override get _label(): string {
    return this.#name;
  }

  override _scoped(): boolean {
    return this.#scoped;
  }

  /** The steps, for the one who runs them to their end. */
  #take(): CoroutineGenerator<T> {
    const steps = this.#open();
    this.#steps = null;
    return steps;
  }

  #open(): CoroutineGenerator<T> {
    const start = this.#start;
    if (start !== null) {
      this.#start = null;
      this.#steps = start();
    }
    if (this.#steps === null) throw reused();
    this.#unused = false;
    return this.#steps;
  }
}

/** What a second wait for something that runs once gets. */
export function reused(): RuntimeError {
  return new RuntimeError("cannot reuse already awaited coroutine: it runs once; createTask or ensureFuture shares a result");
}

/** On the functions that `coroutine` makes. */
const COROUTINE_FUNCTION: unique symbol = Symbol("coroutine function");

/**
 * Makes a coroutine function of a generator or async function: calling it runs nothing yet, and the result can be waited for with
 * `await` and with `yield*`, once. The body runs in the task that waits; cancelling that task reaches the body's own waits.
 */
export function coroutine<A extends unknown[], T>(fn: (...args: A) => Body<T>): (...args: A) => Coroutine<T> {
  if (typeof fn !== "function") throw new TypeError(`Cannot make a coroutine function: a function was expected, got ${typeof fn}`);
  const isGenerator = isGeneratorFunction(fn);
  const make = (...args: A): Coroutine<T> =>
    isGenerator
      ? new LazyCoroutine(() => fn(...args) as CoroutineGenerator<T>, true, fn.name)
      : new LazyCoroutine(() => runBody(fn, ...args), true, fn.name);
  Object.defineProperty(make, "name", { value: fn.name, configurable: true });
  Object.defineProperty(make, COROUTINE_FUNCTION, { value: true });
  return make;
}

/** Makes a generator of the library usable with `await` and with `yield*`. For generators that call nothing of the user's. */
export function awaitable<T>(steps: CoroutineGenerator<T>): Awaitable<T> {
  return new LazyCoroutine(steps, false);
}

/** The same for generators that call the user's functions after they have waited: these see the context of the one who waits. */
export function scopedAwaitable<T>(steps: CoroutineGenerator<T>): Awaitable<T> {
  return new LazyCoroutine(steps, true);
}

/** Something whose work was done at the call: nobody has to await it. */
export function optional<T>(lazy: Awaitable<T>): Awaitable<T> {
  if (running.debugs) runningLoop()?._notes?.forget(lazy);
  return lazy;
}

/** Whether it is a call of a coroutine function: what `coroutine` gives, or a generator object. */
export function isCoroutine(value: unknown): value is Coroutine<unknown> | CoroutineGenerator<unknown> {
  if (value instanceof Lazy) return true;
  return Object.prototype.toString.call(value) === "[object Generator]";
}

/** Whether calling it gives a coroutine: generator functions, async functions, and what `coroutine` makes. */
export function isCoroutineFunction(value: unknown): boolean {
  if (typeof value !== "function") return false;
  const kind = Object.prototype.toString.call(value);
  return kind === "[object GeneratorFunction]" || kind === "[object AsyncFunction]" || COROUTINE_FUNCTION in value;
}
