/**
 * Waiting for several things, for each as it ends, and telling which one it was.
 *
 * @module
 */
import { Deque } from "../_internal/deque.ts";
import { type Awaitable, awaitable, type CoroutineGenerator, Future, type Waitable } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import { start, startAll } from "./convert_yielded.ts";
import { passOutcome } from "./outcome.ts";
import { describeValue, isRecord, isWaitable } from "./yieldable.ts";

/** One of the things given. */
interface Entry<T> {
  readonly index: number | string;
  readonly future: Future<T>;
}

/**
 * Runs things side by side, and gives their results in the order in which they end:
 *
 *     const waiter = new WaitIterator(first, second);         // or: new WaitIterator({ a: first, b: second })
 *     while (!waiter.done()) {
 *       const result = yield* waiter.next();
 *       console.log(waiter.currentIndex, result);
 *     }
 *
 * What can become a task starts at once. An error is thrown by the `next()` that stands for it, and iteration can go on. Those that have ended when it is made come
 * first, in their order. Stopping early cancels nothing.
 */
export class WaitIterator<T> {
  /** How many results were not handed out yet. */
  #left: number;
  /** Those that have ended and were not asked for. */
  readonly #ended: Deque<Entry<T>> = new Deque();
  /** What `next()` has given and has no result yet, first come first served. */
  #asked: Future<T>[] = [];
  /** Where the futures of `next()` live. */
  readonly #place: { readonly loop?: object };
  /** Whose result was handed out last. */
  #current: Entry<T> | null = null;

  /**
   * The things are told apart by their positions.
   *
   * @throws TypeError for something that cannot be waited for, RangeError for things and records mixed, before anything is started.
   */
  constructor(...things: Waitable<T>[]);
  /** They are told apart by their names. */
  constructor(things: { readonly [key: string]: Waitable<T> });
  constructor(...given: unknown[]) {
    const named = namedThings(given);
    const futures = startAll(named.map(([, thing]) => thing), (thing) => start(thing as Waitable<unknown>)) as Future<T>[];
    this.#left = named.length;
    this.#place = futures.length === 0 ? {} : { loop: futures[0]!._loop };
    for (const [at, [index]] of named.entries()) this.#follow({ index, future: futures[at]! });
  }

  /** Where the result that was handed out last was given: its position or name; null before the first one and after the end. */
  get currentIndex(): number | string | null {
    return this.#current?.index ?? null;
  }

  /** The future of the result that was handed out last: the one that was given, or the task that was made; null as `currentIndex`. */
  get currentFuture(): Future<T> | null {
    return this.#current?.future ?? null;
  }

  /** Whether all results were handed out. Then it forgets the current one. */
  done(): boolean {
    if (this.#left > 0) return false;
    this.#current = null;
    return true;
  }

  /**
   * A future with the next result; it is done if that is there already. Cancelling it cancels none of the things, and loses no result.
   *
   * @throws RuntimeError when all results were handed out or asked for.
   */
  next(): Future<T> {
    this.#asked = this.#asked.filter((future) => !future.done());
    if (this.#asked.length >= this.#left) throw new RuntimeError("Cannot wait for the next result: there are no more");
    const next = new Future<T>(this.#place);
    const entry = this.#ended.shift();
    if (entry === undefined) this.#asked.push(next);
    else this.#handOut(entry, next);
    return next;
  }

  /** For `for await`: gives the results as they come, and ends at the first error. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return { next: (): Awaitable<IteratorResult<T>> => awaitable(this.#step()) };
  }

  *#step(): CoroutineGenerator<IteratorResult<T>> {
    if (this.done()) return { done: true, value: undefined };
    return { done: false, value: yield* this.next() };
  }

  #follow(entry: Entry<T>): void {
    if (entry.future.done()) this.#ended.push(entry);
    else entry.future.addDoneCallback(() => this.#entryEnded(entry));
  }

  #entryEnded(entry: Entry<T>): void {
    const next = this.#asked.find((future) => !future.done());
    if (next === undefined) this.#ended.push(entry);
    else this.#handOut(entry, next);
  }

  #handOut(entry: Entry<T>, next: Future<T>): void {
    this.#left--;
    this.#current = entry;
    passOutcome(entry.future, next);
  }
}

function namedThings(given: readonly unknown[]): (readonly [index: number | string, thing: unknown])[] {
  const records = given.filter((thing) => isRecord(thing) && !isWaitable(thing));
  if (records.length > 0 && given.length > 1) {
    throw new RangeError("Cannot make a WaitIterator: things are given one by one or in one record, not both");
  }
  const named = records.length === 1 ? Object.entries(records[0] as object) : [...given.entries()];
  for (const [index, thing] of named) {
    if (!isWaitable(thing)) {
      throw new TypeError(`Cannot make a WaitIterator: something to wait for was expected at ${index}, got ${describeValue(thing)}`);
    }
  }
  return named;
}
