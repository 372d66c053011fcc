/**
 * Future: a result that is to come.
 *
 * @module
 */
import { InvalidStateError, RuntimeError } from "../errors.ts";
import {
  asPromise,
  type Awaitable,
  AWAITED,
  isAwait,
  isPromiseLike,
  refuseAsyncIteration,
  type Reject,
  type Resolve,
  type Suspend,
} from "./awaitable.ts";
import { isCancelled, makeCancelledError } from "./cancelled.ts";
import { type Context, copyContext, NO_VALUES } from "./context.ts";
import type { Failure } from "./failure_log.ts";
import { type AbstractEventLoop, type Callback, Handle, Link } from "./handle.ts";
import {
  currentStrand,
  type LoopFace,
  type Runnable,
  running,
  someLoop,
  type StrandFace,
  type Suspension,
  type Waiting,
} from "./running.ts";

const PENDING = 0;
const RESULT = 1;
const ERROR = 2;
const CANCELLED = 3;

/**
 * A result that is to come, or an error. Belongs to one loop; can be waited for by any number of tasks, and read any number of times.
 *
 *     pending ── setResult ────▶ finished with a result
 *        │ ───── setException ─▶ finished with an error
 *        └────── cancel ───────▶ cancelled
 *
 * There is no way back. Waiters and callbacks are called in the loop's next turn, in the order in which they came.
 * An error that nobody looks at is reported to the loop's exception handler when the loop ends or the future is collected.
 */
export class Future<T = unknown> implements Awaitable<T> {
  /** @internal */
  readonly _loop: LoopFace;
  #state: 0 | 1 | 2 | 3 = PENDING;
  /** The result; the Failure; of a cancelled future the text given to `cancel`, and once that is needed its CancelledError. */
  #value: unknown = undefined;
  /** One waiter or callback, or several; most futures have one. */
  #callbacks: Runnable | Runnable[] | null = null;

  /** Without a loop: the running one, else the thread's default loop. */
  constructor(options: { readonly loop?: object } = {}) {
    const loop = options.loop as LoopFace | undefined;
    if (loop !== undefined && typeof loop._schedule !== "function") throw new TypeError("Cannot make a future: its loop is no event loop");
    this._loop = loop ?? someLoop();
    this._loop._notes?.note(this);
  }

  /** "Future", or "Task". */
  get [Symbol.toStringTag](): string {
    return "Future";
  }

  // -------------------------------------------------------------- state

  /** Whether it has a result, an error, or was cancelled. */
  done(): boolean {
    return this.#state !== PENDING;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#state === CANCELLED;
  }

  /**
   * The result.
   *
   * @throws the error it failed with, CancelledError when it was cancelled, InvalidStateError while it is pending.
   */
  result(): T {
    if (this.#state === RESULT) return this.#value as T;
    throw this._error("result");
  }

  /**
   * The error it failed with; null when it has a result.
   *
   * @throws CancelledError when it was cancelled, InvalidStateError while it is pending.
   */
  exception(): unknown {
    if (this.#state === RESULT) return null;
    const error = this._error("exception");
    if (this.#state === ERROR) return error;
    throw error;
  }

  /**
   * What reading or awaiting it throws; it counts as seen.
   * @internal
   */
  _error(what: "result" | "exception"): unknown {
    if (this.#state === PENDING) return new InvalidStateError(`Cannot read the ${what}: the ${this.#kind()} is pending`);
    if (this.#state === CANCELLED) return this.#cancellation();
    const failure = this.#value as Failure;
    failure.retrieved = true;
    return failure.exception;
  }

  #cancellation(): unknown {
    if (typeof this.#value !== "object") this.#value = makeCancelledError(this.#value as string | undefined, this._loop);
    return this.#value;
  }

  /**
   * How it failed, and whether someone has looked at that.
   * @internal
   */
  get _failure(): Failure | null {
    return this.#state === ERROR ? this.#value as Failure : null;
  }

  /**
   * Whether it failed; does not count as looking at the error.
   * @internal
   */
  _failed(): boolean {
    return this.#state === ERROR;
  }

  /** The loop it belongs to. */
  getLoop(): AbstractEventLoop {
    return this._loop as unknown as AbstractEventLoop;
  }

  // -------------------------------------------------------------- completion

  /**
   * Completes it with a result.
   *
   * @throws InvalidStateError when it is done already.
   */
  setResult(this: Future<T>, value: T): void {
    this._complete(RESULT, value);
  }

  /**
   * Makes it fail. An error class is instantiated.
   *
   * @throws InvalidStateError when it is done already.
   */
  setException(this: Future<T>, error: unknown): void {
    this._complete(
      ERROR,
      typeof error === "function" && (error === Error || error.prototype instanceof Error) ? new (error as new () => Error)() : error,
    );
  }

  /** Cancels it: those who wait for it get CancelledError with `message`. False when it is done already. */
  cancel(this: Future<unknown>, message?: string): boolean {
    if (this.#state !== PENDING) return false;
    this._complete(CANCELLED, asText(message));
    return true;
  }

  /**
   * Cancels it with the error that a body ended with.
   * @internal
   */
  _cancelWith(error: unknown): void {
    this._complete(CANCELLED, error);
  }

  /** @internal */
  _complete(state: 1 | 2 | 3, value: unknown): void {
    if (this.#state !== PENDING) throw new InvalidStateError(`Cannot complete the ${this.#kind()}: it is ${this.#describeState()}`);
    this.#state = state;
    this.#value = value;
    if (state === ERROR) this.#noteFailure(value);
    const callbacks = this.#callbacks;
    this.#callbacks = null;
    if (callbacks === null) return;
    if (!Array.isArray(callbacks)) return this._loop._schedule(callbacks);
    for (const callback of callbacks) this._loop._schedule(callback);
  }

  #noteFailure(exception: unknown): void {
    this.#value = { exception, kind: this[Symbol.toStringTag] === "Task" ? "Task" : "Future", retrieved: false } satisfies Failure;
    if (!isCancelled(exception)) this._loop._noteFailure(this);
  }

  // -------------------------------------------------------------- callbacks

  /** Has the loop call `callback(this)` once it is done; in the next turn if it is done already. Without a context: a copy of the current one. */
  addDoneCallback(callback: (future: this) => void, options: { readonly context?: Context } = {}): void {
    if (typeof callback !== "function") throw new TypeError(`Cannot add a done callback: a function was expected, got ${typeof callback}`);
    this._addWaiter(new Handle(this._loop, callback as Callback, [this], options.context ?? copyContext()));
  }

  /**
   * The same for a callback of the library, which looks at no context variables: `whom` goes on when this is done.
   * @internal
   */
  _addLink(callback: (future: this) => void, whom: Future<unknown>): void {
    this._addWaiter(new Link(this._loop, callback as Callback, [this], NO_VALUES, whom));
  }

  /**
   * The tasks that wait for it, also by way of futures that stand for several.
   * @internal
   */
  _awaitingTasks(found: Set<Future<unknown>> = new Set(), seen: Set<Future<unknown>> = new Set()): Set<Future<unknown>> {
    if (seen.has(this)) return found;
    seen.add(this);
    for (const item of Array.isArray(this.#callbacks) ? this.#callbacks : [this.#callbacks]) {
      const whom = item?._whoWaits?.();
      if (!(whom instanceof Future)) continue;
      if (whom[Symbol.toStringTag] === "Task") found.add(whom);
      else whom._awaitingTasks(found, seen);
    }
    return found;
  }

  /** Removes every registration of `callback`; gives their number. */
  removeDoneCallback(callback: (future: this) => void): number {
    return this.#remove((item) => item instanceof Handle && item._callback === callback);
  }

  /** @internal */
  _addWaiter(item: Runnable): void {
    if (this.#state !== PENDING) this.#scheduleNow(item);
    else if (this.#callbacks === null) this.#callbacks = item;
    else if (Array.isArray(this.#callbacks)) this.#callbacks.push(item);
    else this.#callbacks = [this.#callbacks, item];
  }

  /** A loop that was closed runs nothing any more, but what became of its futures can still be asked for. */
  #scheduleNow(item: Runnable): void {
    if (this._loop.isClosed()) void AWAITED.then(() => item._run());
    else this._loop._schedule(item);
  }

  #remove(wanted: (item: Runnable) => boolean): number {
    if (this.#callbacks === null) return 0;
    const before = Array.isArray(this.#callbacks) ? this.#callbacks : [this.#callbacks];
    const after = before.filter((item) => !wanted(item));
    this.#callbacks = after.length === 0 ? null : after;
    return before.length - after.length;
  }

  // -------------------------------------------------------------- waiting

  /** For `yield*`: gives up the turn until it is done, unless it is. */
  [Symbol.iterator](): Iterator<Suspend | undefined, T, unknown> {
    return new FutureIterator(this) as unknown as Iterator<Suspend | undefined, T, unknown>;
  }

  /** @internal */
  [Symbol.asyncIterator](): never {
    throw refuseAsyncIteration(this);
  }

  /**
   * For `await`, which ties the waiting task to this future: cancelling the task cancels it. Called by hand it gives a new Future of
   * what the callback returns; cancelling that one cancels this one.
   */
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    // deno-lint-ignore no-explicit-any -- as of promises
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    if (!isAwait(onFulfilled, onRejected)) return new Chained<R1 | R2>(this, onFulfilled, onRejected);
    this.#await(onFulfilled as Resolve, onRejected as Reject);
    return AWAITED as Promise<never>;
  }

  /** Like `then(null, onRejected)`. */
  // deno-lint-ignore no-explicit-any -- as of promises
  catch<R = never>(onRejected?: ((reason: any) => R | PromiseLike<R>) | null): Promise<T | R> {
    return new Chained<T | R>(this, null, onRejected);
  }

  /** A new Future with the outcome of this one, once `onFinally` was called and what it returned has settled. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    if (typeof onFinally !== "function") return new Chained<T>(this, null, null);
    return new Chained<T>(
      this,
      async (value) => (await onFinally(), value as T),
      async (error) => {
        await onFinally();
        throw error;
      },
    );
  }

  #await(resolve: Resolve, reject: Reject): void {
    const strand = currentStrand();
    if (this.#state !== PENDING) return this._settle(resolve, reject);
    if (strand !== null) {
      const refusal = refuseToWait(strand, this);
      if (refusal !== null) return reject(refusal);
    }
    const waiting = new Await(strand, this, resolve, reject);
    this._addWaiter(waiting);
    strand?._wait(waiting);
  }

  /** @internal */
  _settle(resolve: Resolve, reject: Reject): void {
    if (this.#state === RESULT) resolve(this.#value);
    else reject(this._error("result"));
  }

  /** @internal */
  _seen(): void {
    if (this.#state === ERROR) (this.#value as Failure).retrieved = true;
  }

  // -------------------------------------------------------------- for people

  #kind(): string {
    return this[Symbol.toStringTag].toLowerCase();
  }

  #describeState(): string {
    return this.#state === CANCELLED ? "cancelled" : this.#state === PENDING ? "pending" : "finished";
  }

  /**
   * What `toString` says between the angle brackets after the name.
   * @internal
   */
  _describe(): string {
    const outcome = this.#state === RESULT
      ? ` result=${short(this.#value)}`
      : this.#state === ERROR
      ? ` exception=${short(this._failure!.exception)}`
      : "";
    return this.#describeState() + outcome;
  }

  /** For people. */
  toString(): string {
    return `<${this[Symbol.toStringTag]} ${this._describe()}>`;
  }
}

/** The message of a cancellation: whatever was given is told as text. */
export function asText(message: unknown): string | undefined {
  return message === undefined || message === null ? undefined : String(message);
}

/** Whether it is a Future or Task. */
export function isFuture(value: unknown): value is Future<unknown> {
  return value instanceof Future;
}

/** Why `strand` cannot wait for `future`; null if it can. */
function refuseToWait(strand: StrandFace, future: Future<unknown>): RuntimeError | null {
  if (future._loop !== strand.loop) return new RuntimeError(`${strand.task} got ${future} attached to a different loop`);
  if ((strand.task as unknown) === future) return new RuntimeError(`Task cannot await on itself: ${future}`);
  return null;
}

/** One `await` of a future by an async function, of a strand or outside any task. In the ready queue once the future is done. */
class Await implements Runnable, Waiting {
  readonly #strand: StrandFace | null;
  readonly #future: Future<unknown>;
  readonly #resolve: Resolve;
  readonly #reject: Reject;

  constructor(strand: StrandFace | null, future: Future<unknown>, resolve: Resolve, reject: Reject) {
    this.#strand = strand;
    this.#future = future;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  cancel(message?: string): boolean {
    return this.#future.cancel(message);
  }

  cancelled(): boolean {
    return this.#future.cancelled();
  }

  toString(): string {
    return String(this.#strand?.task ?? this.#future);
  }

  _whoWaits(): object | null {
    return this.#strand?.task ?? null;
  }

  _run(): void {
    const strand = this.#strand;
    if (strand === null) return this.#future._settle(this.#resolve, this.#reject);
    strand._unwait(this);
    if (strand._hasInjection()) {
      this.#future._seen();
      this.#reject(strand._takeInjection());
    } else this.#future._settle(this.#resolve, this.#reject);
    strand.loop._hold(strand);
  }
}

/** What `yield*` of a future drives. It hands itself to the kernel, so that a bare `yield` of a future can be told apart. */
class FutureIterator<T> implements Suspension {
  readonly #future: Future<T>;
  readonly done: false = false;
  readonly value: this = this;

  constructor(future: Future<T>) {
    this.#future = future;
  }

  next(): IteratorResult<FutureIterator<T>, T> {
    if (running.probe !== null) running.probe();
    else if (this.#future.done()) return { done: true, value: this.#future.result() };
    return this;
  }

  throw(error: unknown): never {
    this.#future._seen();
    throw error;
  }

  return(value: T): IteratorResult<FutureIterator<T>, T> {
    return { done: true, value };
  }

  _park(strand: StrandFace & Runnable): RuntimeError | null {
    const refusal = refuseToWait(strand, this.#future);
    if (refusal === null) this.#future._addWaiter(strand);
    return refusal;
  }

  cancel(message?: string): boolean {
    return this.#future.cancel(message);
  }

  cancelled(): boolean {
    return this.#future.cancelled();
  }
}

// deno-lint-ignore no-explicit-any -- any callback of the promise protocol
type ThenCallback = ((value: any) => unknown) | null | undefined;

/**
 * What a `then` written by hand gives: the outcome of the callbacks. Cancelling it cancels its source, or the awaitable that a callback returned;
 * once that has ended it is cancelled, whatever the callbacks returned.
 */
class Chained<T> extends Future<T> {
  /** What has to end before this can; null while that is nothing of ours. */
  #source: Future<unknown> | null;
  #asked = false;
  #askedMessage: string | undefined = undefined;

  constructor(source: Future<unknown>, onFulfilled: ThenCallback, onRejected: ThenCallback) {
    super({ loop: source._loop });
    this.#source = source;
    source._addWaiter(new Link(this._loop, () => this.#sourceEnded(source, onFulfilled, onRejected), [], copyContext(), this));
  }

  override cancel(message?: string): boolean {
    if (this.done()) return false;
    if (this.#source === null || !this.#source.cancel(message)) return super.cancel(message);
    this.#asked = true;
    this.#askedMessage = message;
    return true;
  }

  #sourceEnded(source: Future<unknown>, onFulfilled: ThenCallback, onRejected: ThenCallback): void {
    this.#source = null;
    const failed = source._failed() || source.cancelled();
    const callback = failed ? onRejected : onFulfilled;
    try {
      if (typeof callback === "function") this.#adopt(callback(failed ? source._error("result") : source.result()));
      else this.#adopt(source.result());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes the outcome of `value`, a promise or not. */
  #adopt(value: unknown): void {
    if (this.done()) return;
    if (!isPromiseLike(value)) return this.#succeed(value);
    const next: unknown = asPromise(value).then((inner) => this.#adopt(inner), (error) => this.#fail(error));
    this.#source = next instanceof Future ? next : null;
  }

  #succeed(value: unknown): void {
    if (this.#asked) super.cancel(this.#askedMessage);
    else this.setResult(value as T);
  }

  #fail(error: unknown): void {
    if (this.done()) return;
    if (this.#asked) super.cancel(this.#askedMessage);
    else if (isCancelled(error)) this._cancelWith(error);
    else this.setException(error);
  }
}

function short(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? value.slice(0, 37) + "..." : value);
  if (value instanceof Error) return `${value.name}(${value.message})`;
  if (typeof value === "object" && value !== null) return `[${value.constructor?.name ?? "Object"}]`;
  return typeof value === "function" ? `[function ${value.name}]` : String(value);
}
