/**
 * The results of many jobs, in their order.
 *
 * @module
 */
import { type Awaitable, awaitable, type CoroutineGenerator, type Future, type Items } from "../core/mod.ts";

/** Gives the results one by one. An error ends it, and like leaving it early cancels what is left. */
export class MapItems<R> implements Items<R> {
  readonly #left: Future<R>[];

  constructor(futures: Future<R>[]) {
    this.#left = futures.reverse();
  }

  next(): Awaitable<IteratorResult<R, undefined>> {
    return awaitable(this.#next());
  }

  *#next(): CoroutineGenerator<IteratorResult<R, undefined>> {
    const future = this.#left.pop();
    if (future === undefined) return { done: true, value: undefined };
    try {
      return { done: false, value: yield* future };
    } catch (error) {
      this.#cancelRest();
      throw error;
    }
  }

  return(): Awaitable<IteratorResult<R, undefined>> {
    this.#cancelRest();
    return awaitable(ended());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #cancelRest(): void {
    for (const future of this.#left.splice(0)) {
      future.cancel();
      future._seen(); // what failed already is of interest to nobody
    }
  }
}

function* ended(): CoroutineGenerator<IteratorReturnResult<undefined>> {
  return { done: true, value: undefined };
}
