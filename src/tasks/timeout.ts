/**
 * Limits of time.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import {
  type Awaitable,
  awaitable,
  type BaseEventLoop,
  type Body,
  checkDelay,
  type CoroutineGenerator,
  currentLoop,
  currentStrand,
  type Drivable,
  enterBody,
  Future,
  type Handle,
  isCancelled,
  isDrivable,
  isPromiseLike,
  Lazy,
  reused,
  type Strand,
  type Suspend,
  throwInto,
  type TimerHandle,
  type Waitable,
  wrapFuture,
} from "../core/mod.ts";
import { RuntimeError, TimeoutError } from "../errors.ts";

/**
 * A scope that cancels its body when its time is over, and then throws TimeoutError.
 *
 *     created ── run ──▶ entered ── body ends ──▶ finished
 *                           └── time over: body cancelled ──▶ expiring ── body ends ──▶ expired
 *
 * Only the body is cancelled, not what else its task waits for. If the body swallows the cancellation, its result counts; if it throws another
 * error, that one comes out. A request for cancellation from outside wins over the timeout.
 */
export class Timeout {
  #when: number | null;
  /** What `#when` is counted from the start of the run, for `timeout`. */
  #delay: number | null = null;
  #state: "created" | "entered" | "expiring" | "expired" | "finished" = "created";
  #loop: BaseEventLoop | null = null;
  #timer: TimerHandle | Handle | null = null;
  /** The strand that runs the scope, and the one that runs the body: the same where the body is a generator. */
  #host: Strand | null = null;
  #strand: Strand | null = null;
  /** How many requests for cancellation there were at its start. */
  #before = 0;
  /** Of the scope among those of `#host`. */
  #level = 0;

  /** `when` is in milliseconds of `loop.time()`; null is never. */
  constructor(when: number | null) {
    if (when !== null) checkDelay(when, "Timeout");
    this.#when = when;
  }

  /**
   * One whose deadline is `delay` milliseconds after its start.
   * @internal
   */
  static _after(delay: number | null): Timeout {
    const scope = new Timeout(null);
    scope.#delay = delay;
    return scope;
  }

  /**
   * Runs `body(scope)` in the calling task.
   *
   * @throws TimeoutError when the time was over before the body had ended; RuntimeError for a second run, and outside a task.
   */
  run<T>(body: (scope: this) => Body<T>): Awaitable<T> {
    if (typeof body !== "function") {
      throw new TypeError(`Cannot run a timeout: its body is no function but ${typeName(body)}`);
    }
    return new TimedRun(this, body);
  }

  /** The deadline in milliseconds of `loop.time()`; null for none. */
  when(): number | null {
    return this.#when;
  }

  /**
   * Moves the deadline; null takes it away.
   *
   * @throws RuntimeError before the body runs, once the time is over, and after the end.
   */
  reschedule(when: number | null): void {
    if (when !== null) checkDelay(when, "reschedule");
    if (this.#state === "created") throw new RuntimeError("Timeout has not been entered");
    if (this.#state !== "entered") throw new RuntimeError(`Cannot change state of ${this.#state} Timeout`);
    this.#when = when;
    this.#timer?.cancel();
    this.#timer = this.#startTimer(this.#loop!.time());
  }

  /** Whether the time was over before the body had ended. */
  expired(): boolean {
    return this.#state === "expiring" || this.#state === "expired";
  }

  /**
   * Starts the clock and the body; gives what drives the body on.
   * @internal
   */
  _enter<T>(body: (scope: this) => Body<T>): Drivable<T> {
    if (this.#state !== "created") throw new RuntimeError("Timeout has already been entered");
    const host = currentStrand() as Strand | null;
    if (host === null) throw new RuntimeError("Timeout should be used inside a task");
    this.#host = host;
    this.#before = host.requests;
    this.#loop = currentLoop();
    this.#state = "entered";
    const now = this.#loop.time();
    if (this.#delay !== null) this.#when = now + this.#delay;
    this.#timer = this.#startTimer(now);
    this.#level = host.enterScope();
    try {
      const { strand, steps } = enterBody(body, this);
      this.#strand = strand;
      return steps;
    } catch (error) {
      throw this._ended(error);
    }
  }

  #startTimer(now: number): Handle | null {
    if (this.#when === null) return null;
    if (this.#when <= now) return this.#loop!.callSoon(expire, this);
    return this.#loop!._callAt(this.#when, expire, this);
  }

  /** @internal */
  _expire(): void {
    this.#state = "expiring";
    this.#timer = null;
    this.#strand!.cancelByScope(this.#strand === this.#host ? this.#level : 0);
  }

  /**
   * The body has ended: takes the request back, and gives what its error becomes.
   * @internal
   */
  _ended(error: unknown): unknown {
    this.#timer?.cancel();
    this.#timer = null;
    this.#host!.leaveScope(this.#level);
    if (this.#state !== "expiring") {
      this.#state = "finished";
      return error;
    }
    this.#state = "expired";
    if (!this.#strand!.takeBackByScope(this.#before, this.#host!) || error === null) return error;
    if (isCancelled(error)) return new TimeoutError(undefined, { cause: error });
    insertTimeoutError(error);
    return error;
  }
}

/** One run of a scope. It is its own iterator: a generator that delegates to the body's would cost more than the rest of a timeout. */
class TimedRun<S extends Timeout, T> extends Lazy<T> {
  readonly #scope: S;
  readonly #body: (scope: S) => Body<T>;
  /** The body's, once it was entered. */
  #steps: Iterator<Suspend | undefined, T, unknown> | null = null;
  #taken = false;

  constructor(scope: S, body: (scope: S) => Body<T>) {
    super();
    this.#scope = scope;
    this.#body = body;
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  get _unused(): boolean {
    return !this.#taken;
  }

  override get _label(): string {
    return "timeout";
  }

  [Symbol.iterator](): Iterator<Suspend | undefined, T, unknown> {
    if (this.#taken) throw reused();
    this.#taken = true;
    return this;
  }

  next(): IteratorResult<Suspend | undefined, T> {
    const steps = this.#steps ??= this.#scope._enter(this.#body)[Symbol.iterator]();
    try {
      return this.#look(steps.next());
    } catch (error) {
      throw this.#scope._ended(error);
    }
  }

  throw(error: unknown): IteratorResult<Suspend | undefined, T> {
    try {
      return this.#look(throwInto(this.#steps!, error));
    } catch (error) {
      throw this.#scope._ended(error);
    }
  }

  return(value: T): IteratorResult<Suspend | undefined, T> {
    try {
      return this.#look(this.#steps?.return?.(value) ?? { done: true, value });
    } catch (error) {
      throw this.#scope._ended(error);
    }
  }

  #look(result: IteratorResult<Suspend | undefined, T>): IteratorResult<Suspend | undefined, T> {
    if (result.done) this.#scope._ended(null);
    return result;
  }
}

function expire(scope: Timeout): void {
  scope._expire();
}

/** Where a CancelledError is the cause of what the body threw instead, a TimeoutError takes its place (3.13). */
function insertTimeoutError(error: unknown): void {
  const members = error instanceof AggregateError ? error.errors : [];
  for (const top of [error, ...members]) {
    for (let link = top; link instanceof Error; link = link.cause) {
      if (!isCancelled(link.cause)) continue;
      link.cause = new TimeoutError(undefined, { cause: link.cause });
      break;
    }
  }
}

/**
 * Runs `body(scope)` in the calling task, for `delay` milliseconds at the most; null is for ever. The clock starts when it is awaited.
 *
 * @throws TimeoutError when the time is over, after the body's `finally` blocks.
 */
export function timeout<T>(delay: number | null, body: (scope: Timeout) => Body<T>): Awaitable<T> {
  if (delay !== null) checkDelay(delay, "timeout");
  return Timeout._after(delay).run(body);
}

/** The same with a deadline in milliseconds of `loop.time()`. */
export function timeoutAt<T>(when: number | null, body: (scope: Timeout) => Body<T>): Awaitable<T> {
  return new Timeout(when).run(body);
}

/**
 * Waits for `aw`, for `delay` milliseconds at the most; null is for ever. A function or coroutine runs in the calling task; what is waited for
 * is cancelled when the time is over, and its end awaited.
 *
 * With zero or less nothing is started: the result of a done future is given, a pending one is cancelled.
 *
 * @throws TimeoutError when the time is over.
 */
export function waitFor<T>(aw: Waitable<T>, delay: number | null): Awaitable<T> {
  if (delay !== null) checkDelay(delay, "waitFor");
  if (typeof aw !== "function" && !isDrivable(aw) && !isPromiseLike(aw)) {
    throw new TypeError(`Cannot wait: something to wait for was expected, got ${typeName(aw)}`);
  }
  return delay !== null && delay <= 0 ? awaitable(takeNow(aw)) : Timeout._after(delay).run(() => drive(aw));
}

function* drive<T>(aw: Waitable<T>): CoroutineGenerator<T> {
  if (typeof aw === "function") return yield* enterBody(aw).steps;
  if (isDrivable(aw)) return yield* aw as Awaitable<T>;
  return yield* wrapFuture(aw as PromiseLike<T>);
}

function* takeNow<T>(aw: Waitable<T>): CoroutineGenerator<T> {
  if (!(aw instanceof Future)) {
    if (isDrivable(aw)) (aw as { close?: () => void }).close?.();
    else if (isPromiseLike(aw)) aw.then(() => {}, () => {}); // its outcome is dropped
    throw new TimeoutError();
  }
  if (aw.done()) return aw.result() as T;
  yield* cancelAndWait(aw);
  if (aw.cancelled()) throw new TimeoutError(undefined, { cause: aw._error("result") });
  return aw.result() as T;
}

/** Cancels a future and waits for its end, whatever it is. */
function* cancelAndWait(future: Future<unknown>): CoroutineGenerator<void> {
  const ended = new Future<void>({ loop: future._loop });
  const release = (): void => {
    if (!ended.done()) ended.setResult(undefined);
  };
  future._addLink(release, ended);
  try {
    future.cancel();
    yield* ended;
  } finally {
    future.removeDoneCallback(release);
  }
}
