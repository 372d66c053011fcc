/**
 * Waiting for several things, for each as it ends.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { Deque } from "../_internal/deque.ts";
import {
  type Awaitable,
  awaitable,
  type BaseEventLoop,
  checkDelay,
  type CoroutineGenerator,
  ensureFuture,
  Future,
  isDrivable,
  isPromiseLike,
  type ResultOf,
  type Runnable,
  type TimerHandle,
  type Waitable,
} from "../core/mod.ts";
import { TimeoutError } from "../errors.ts";
import { collect } from "./collect.ts";

/** What ends, in the order in which it ends. Each step of either kind of iteration takes one of what was given. */
export interface AsCompleted<T, F = Future<T>> {
  /** One awaitable for each thing given: the first to be awaited gives the result, or the error, of what ends first, and so on. */
  [Symbol.iterator](): IterableIterator<Awaitable<T>, undefined>;
  /** The next that has ended, as the future itself; what it failed with is thrown only by awaiting that. Waits where none has ended yet. */
  next(): Awaitable<IteratorResult<F, undefined>>;
  /** Itself. */
  [Symbol.asyncIterator](): this;
}

/**
 * Runs everything in `aws` side by side, and gives them in the order in which they end: what can become a task becomes one at the call. The same
 * object given twice counts once; a function given twice is called twice.
 *
 *     for await (const task of asCompleted(tasks)) console.log(await task);   // the tasks themselves
 *     for (const next of asCompleted(tasks)) console.log(yield* next);        // their results
 *
 * After `timeout` milliseconds from the call each one that is missing gives a TimeoutError; nothing is cancelled, then or by leaving the loop.
 *
 * @throws TypeError at the call for anything but an iterable of what can be waited for; RangeError for futures of different loops.
 */
export function asCompleted<W extends Waitable<unknown>>(
  aws: Iterable<W>,
  options: { readonly timeout?: number | null } = {},
): AsCompleted<ResultOf<W>, W extends Future<unknown> ? W : Future<ResultOf<W>>> {
  const { timeout = null } = options;
  if (timeout !== null) checkDelay(timeout, "asCompleted");
  const all = checkAll(collect(aws, "Cannot wait for completions: an iterable was expected, as asCompleted([a, b])"));
  return new Completion(startAll(all), timeout) as unknown as ReturnType<typeof asCompleted<W>>;
}

/** Looks at all before any is started. */
function checkAll(aws: readonly Waitable<unknown>[]): readonly Waitable<unknown>[] {
  for (const aw of aws) {
    if (typeof aw === "function" || isDrivable(aw) || isPromiseLike(aw)) continue;
    throw new TypeError(`Cannot wait for completions: something to wait for was expected, got ${typeName(aw)}`);
  }
  return aws;
}

/** Starts what is not a future yet, on the loop of the first. */
function startAll(aws: readonly Waitable<unknown>[]): Set<Future<unknown>> {
  const loop = aws.find((aw) => aw instanceof Future)?._loop;
  const options = loop === undefined ? {} : { loop };
  const given = new Set<unknown>();
  const futures = new Set<Future<unknown>>();
  for (const aw of aws) {
    if (typeof aw !== "function" && given.has(aw)) continue;
    given.add(aw);
    futures.add(ensureFuture(aw, options));
  }
  return futures;
}

class Completion implements AsCompleted<unknown> {
  /** What is not done yet. */
  readonly #missing: Set<Future<unknown>>;
  /** What is done and was not given yet; null where the time was over. */
  readonly #ended: Deque<Future<unknown> | null> = new Deque();
  /** Those who wait for the next, first come first served; some may have been cancelled. */
  readonly #waiters: Deque<Future<void>> = new Deque();
  /** How many are still to be asked for. */
  #left: number;
  #timer: TimerHandle | null = null;
  #loop: BaseEventLoop | null = null;

  constructor(futures: Set<Future<unknown>>, timeout: number | null) {
    this.#missing = futures;
    this.#left = futures.size;
    for (const future of futures) {
      this.#loop ??= future._loop as unknown as BaseEventLoop;
      future._addWaiter(new Member(this, future));
    }
    if (timeout !== null && this.#loop !== null) this.#timer = this.#loop.callLater(timeout, () => this.#timeOver());
  }

  *[Symbol.iterator](): Generator<Awaitable<unknown>, undefined, unknown> {
    while (this.#left > 0) {
      this.#left--;
      yield awaitable(this.#takeResult());
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Awaitable<IteratorResult<Future<unknown>, undefined>> {
    return awaitable(this.#step());
  }

  *#step(): CoroutineGenerator<IteratorResult<Future<unknown>, undefined>> {
    if (this.#left === 0) return { done: true, value: undefined };
    this.#left--;
    return { done: false, value: yield* this.#take() };
  }

  *#takeResult(): CoroutineGenerator<unknown> {
    return (yield* this.#take()).result();
  }

  *#take(): CoroutineGenerator<Future<unknown>> {
    while (this.#ended.length === 0) yield* this.#waitForOne();
    const future = this.#ended.shift()!;
    if (future === null) throw new TimeoutError();
    return future;
  }

  *#waitForOne(): CoroutineGenerator<void> {
    const waiter = new Future<void>({ loop: this.#loop! });
    this.#waiters.push(waiter);
    try {
      yield* waiter;
    } catch (error) {
      // Woken and cancelled in one turn: the next one gets what this one was woken for.
      if (!waiter.cancelled() && this.#ended.length > 0) this.#wakeOne();
      waiter.cancel();
      throw error;
    }
  }

  #wakeOne(): void {
    let waiter: Future<void> | undefined;
    while ((waiter = this.#waiters.shift()) !== undefined) {
      if (!waiter.done()) return waiter.setResult(undefined);
    }
  }

  #give(future: Future<unknown> | null): void {
    this.#ended.push(future);
    this.#wakeOne();
  }

  #timeOver(): void {
    const { size } = this.#missing;
    this.#missing.clear();
    for (let i = 0; i < size; i++) this.#give(null);
  }

  /** @internal */
  _memberEnded(future: Future<unknown>): void {
    if (!this.#missing.delete(future)) return; // after the time
    this.#give(future);
    if (this.#missing.size === 0) this.#timer?.cancel();
  }
}

/** Tells of the end of one of the futures, in a turn of the loop. */
class Member implements Runnable {
  readonly #completion: Completion;
  readonly #future: Future<unknown>;

  constructor(completion: Completion, future: Future<unknown>) {
    this.#completion = completion;
    this.#future = future;
  }

  _run(): void {
    this.#completion._memberEnded(this.#future);
  }
}
