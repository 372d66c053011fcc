/**
 * Async generators that the loop knows, so that those still open can be closed when it ends (asyncio's `shutdown_asyncgens`).
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { RuntimeError } from "../errors.ts";
import { type Awaitable, type CoroutineGenerator, refuseAsyncIteration } from "./awaitable.ts";
import { scopedAwaitable } from "./coroutine.ts";
import { type LoopFace, someLoop } from "./running.ts";
import { runBody } from "./body.ts";
import { isSuspension } from "./strand.ts";

/**
 * An async generator that the loop knows from its first `next()` until it ends; those still open are closed by `shutdownAsyncgens`.
 * Steps belong to the task that asks for them, one at a time: a request that comes while another is under way is a RuntimeError where it is
 * waited for, as in Python (a native generator queues it).
 */
export interface Asyncgen<T, R = void, N = unknown> extends AsyncGenerator<T, R, N> {
  /** Asks for the next item. */
  next(...value: [] | [N]): Awaitable<IteratorResult<T, R>>;
  /** Ends it, running its `finally` blocks. */
  return(value: R | PromiseLike<R>): Awaitable<IteratorResult<T, R>>;
  /** Throws `error` where it is suspended. */
  throw(error: unknown): Awaitable<IteratorResult<T, R>>;
  /** Itself. */
  [Symbol.asyncIterator](): this;
}

/** The loop's side of it. */
interface AsyncgenLoop {
  readonly _asyncgens: Set<AsyncGenerator<unknown, unknown, unknown>>;
}

/**
 *     new ── first request ──▶ known to the loop, suspended ── request ──▶ running ── yields ──▶ suspended
 *                                                                            └── returns or throws ──▶ ended, forgotten by the loop
 */
class TrackedAsyncgen<T, R, N> implements Asyncgen<T, R, N> {
  readonly #native: AsyncGenerator<T, R, N>;
  #known: AsyncgenLoop | null = null;
  #ended = false;
  /** Whether a request is under way. */
  #running = false;

  constructor(native: AsyncGenerator<T, R, N>) {
    this.#native = native;
  }

  get [Symbol.toStringTag](): string {
    return "Asyncgen";
  }

  next(...value: [] | [N]): Awaitable<IteratorResult<T, R>> {
    return scopedAwaitable(this.#step("next", () => this.#native.next(...value)));
  }

  return(value: R | PromiseLike<R>): Awaitable<IteratorResult<T, R>> {
    return scopedAwaitable(this.#step("return", () => this.#native.return(value)));
  }

  throw(error: unknown): Awaitable<IteratorResult<T, R>> {
    return scopedAwaitable(this.#step("throw", () => this.#native.throw(error)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined as R);
  }

  *#step(method: string, step: () => Promise<IteratorResult<T, R>>): CoroutineGenerator<IteratorResult<T, R>> {
    if (this.#running) throw new RuntimeError(`Cannot call ${method}(): the async generator is running already, for another request`);
    this.#introduce();
    this.#running = true;
    try {
      let result = yield* runBody(step);
      while (isSuspension(result.value)) result = yield* runBody(() => this.#native.throw(refuseAsyncIteration("a coroutine")));
      if (result.done) this.#end();
      return result;
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      this.#running = false;
    }
  }

  #introduce(): void {
    if (this.#known !== null || this.#ended) return;
    this.#known = someLoop() as LoopFace & AsyncgenLoop;
    this.#known._asyncgens.add(this);
  }

  #end(): void {
    this.#ended = true;
    this.#known?._asyncgens.delete(this);
  }
}

/**
 * Makes the async generators of a function known to the loop that runs them, and refuses a second request while one is under way. A native one
 * works in the library too, but the loop cannot close it.
 */
export function asyncgen<A extends unknown[], T, R, N>(fn: (...args: A) => AsyncGenerator<T, R, N>): (...args: A) => Asyncgen<T, R, N> {
  if (typeof fn !== "function") throw new TypeError(`Cannot make an async generator function: a function was expected, got ${typeof fn}`);
  return (...args) => {
    const native: unknown = fn(...args);
    if (typeof (native as Partial<AsyncGenerator> | null)?.next !== "function") {
      throw new TypeError(
        `Cannot make an async generator: ${fn.name || "the function"} returned ${typeName(native)}`,
      );
    }
    return new TrackedAsyncgen(native as AsyncGenerator<T, R, N>);
  };
}
