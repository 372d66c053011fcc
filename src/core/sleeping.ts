/**
 * Letting others run, and letting time pass: what programs wait for most often, each as one object.
 *
 * @module
 */
import type { Awaitable, Reject, Resolve, Suspend } from "./awaitable.ts";
import { Lazy, reused } from "./coroutine.ts";
import { type LoopFace, type Runnable, someLoop, type TimerItem, type Waiting } from "./running.ts";
import { SingleWait } from "./single_wait.ts";
import type { Strand } from "./strand.ts";

/** Gives up one turn of the loop, and gives `result`. */
export function pause<T>(result: T): Awaitable<T> {
  return new Pause(result);
}

/** Waits for `delay` milliseconds, counted from the start of the wait, and gives `result`. */
export function sleepFor<T>(delay: number, result: T): Awaitable<T> {
  return new Sleep(delay, result);
}

/** A bare `yield` as an object. A turn cannot be taken back: a request for cancellation is kept meanwhile, and thrown when it is over. */
class Pause<T> extends Lazy<T> implements Waiting, Runnable {
  readonly #result: T;
  #state: "new" | "taken" | "suspended" | "done" = "new";
  /** Whose async function awaits it; null for a generator. */
  #strand: Strand | null = null;
  #resolve: Resolve | null = null;
  #reject: Reject | null = null;

  constructor(result: T) {
    super();
    this.#result = result;
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  [Symbol.iterator](): Iterator<Suspend | undefined, T, unknown> {
    if (this.#state !== "new") throw reused();
    this.#state = "taken";
    return this;
  }

  get _unused(): boolean {
    return this.#state === "new";
  }

  override get _label(): string {
    return "sleep";
  }

  next(): IteratorResult<Suspend | undefined, T> {
    if (this.#state === "suspended") return this.return(this.#result);
    this.#state = "suspended";
    return { done: false, value: undefined };
  }

  throw(error: unknown): never {
    this.#state = "done";
    throw error;
  }

  return(value: T): { done: true; value: T } {
    this.#state = "done";
    return { done: true, value };
  }

  override _drive(strand: Strand, resolve: Resolve, reject: Reject): void {
    if (this.#state !== "new") return reject(reused());
    this.#state = "done";
    this.#strand = strand;
    this.#resolve = resolve;
    this.#reject = reject;
    strand.loop._schedule(this);
    strand._wait(this);
  }

  _run(): void {
    const strand = this.#strand!;
    strand._unwait(this);
    if (strand._hasInjection()) this.#reject!(strand._takeInjection());
    else this.#resolve!(this.#result);
    strand.loop._hold(strand);
  }

  cancel(): boolean {
    return false;
  }

  cancelled(): boolean {
    return false;
  }

  /** For reports. */
  override toString(): string {
    return this.#strand === null ? "[object Coroutine]" : String(this.#strand.task);
  }
}

/** A timer that wakes whoever waits for it. As with one that completes a future, that is a turn after the one in which its time was over. */
class Sleep<T> extends SingleWait<T> implements TimerItem {
  readonly #delay: number;
  readonly #result: T;
  #loop: LoopFace | null = null;
  /** Whether it was cancelled after it had left the heap: what runs next is the timer still. */
  #timerIsDue = false;
  _sequence = 0;
  _scheduled = false;

  constructor(delay: number, result: T) {
    super();
    this.#delay = delay;
    this.#result = result;
  }

  override get _label(): string {
    return "sleep";
  }

  _begin(loop: LoopFace | null): true {
    this.#loop = loop ?? someLoop();
    this.#loop._addTimer(this.#loop.time() + this.#delay, this);
    return true;
  }

  _outcome(): T {
    return this.#result;
  }

  override _wasCancelled(): void {
    if (this._scheduled) this.#loop!._timerCancelled();
    else this.#timerIsDue = true;
  }

  _giveUp(woken: boolean, cancelled: boolean): void {
    if (!woken && !cancelled) this._wasCancelled();
  }

  _dropped(): boolean {
    return !this._isWaiting();
  }

  /** First as the timer, then as the await that goes on. */
  override _run(): void {
    if (this._isWaiting()) this._wake();
    else if (this.#timerIsDue) this.#timerIsDue = false;
    else super._run();
  }
}
