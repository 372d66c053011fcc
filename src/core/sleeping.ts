/**
 * Letting others run, and letting time pass: what programs wait for most often. Each is one object, which is its own iterator, its
 * own entry in the loop's queue or heap of timers, and what the kernel cancels; a generator, a future and a timer would be four.
 *
 * @module
 */
import type { RuntimeError } from "../errors.ts";
import type { Awaitable, Reject, Resolve, Suspend } from "./awaitable.ts";
import { makeCancelledError } from "./cancelled.ts";
import { Lazy, reused } from "./coroutine.ts";
import { Await, type Source } from "./future.ts";
import { type LoopFace, type Runnable, someLoop, type StrandFace, type Suspension, type TimerItem } from "./running.ts";
import { foreignYield, type Strand } from "./strand.ts";

/** Gives up one turn of the loop, and gives `result`. */
export function pause<T>(result: T): Awaitable<T> {
  return new Pause(result);
}

/** Waits for `delay` milliseconds, counted from the start of the wait, and gives `result`. */
export function sleepFor<T>(delay: number, result: T): Awaitable<T> {
  return new Sleep(delay, result);
}

/**
 * Whether it is what a coroutine hands to the kernel while it waits. Whoever meets one while iterating has taken a coroutine for an iterable.
 */
export function isHandedOver(item: unknown): boolean {
  if (item instanceof Sleep) return item._begun();
  return item === undefined || (typeof item === "object" && item !== null && "_park" in item);
}

class Pause<T> extends Lazy<T> implements Source {
  readonly #result: T;
  #state: "new" | "taken" | "suspended" | "done" = "new";

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
    const waiting = new Await(strand, this, resolve, reject);
    strand.loop._schedule(waiting);
    strand._wait(waiting);
  }

  /** A turn cannot be taken back: the request is kept, and thrown when it is over. */
  cancel(): boolean {
    return false;
  }

  cancelled(): boolean {
    return false;
  }

  _settle(resolve: Resolve): void {
    resolve(this.#result);
  }
}

/**
 *     new ── taken ──▶ waiting ── its time ──▶ over ──▶ done
 *                         └──── cancel ──▶ cancelled ──▶ done
 *
 * As with a timer that completes a future, whoever waits goes on in the turn after the one in which the time was over.
 */
class Sleep<T> extends Lazy<T> implements Source, Suspension, TimerItem {
  readonly done: false = false;
  readonly value: this = this;
  readonly #delay: number;
  readonly #result: T;
  #state: "new" | "taken" | "waiting" | "over" | "cancelled" | "done" = "new";
  #message: string | undefined = undefined;
  #loop: LoopFace | null = null;
  #waiter: Runnable | null = null;
  _sequence = 0;
  _scheduled = false;

  constructor(delay: number, result: T) {
    super();
    this.#delay = delay;
    this.#result = result;
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  [Symbol.iterator](): Iterator<Suspend | undefined, T, unknown> {
    if (this.#state !== "new") throw reused();
    this.#state = "taken";
    return this as unknown as Iterator<Suspend | undefined, T, unknown>;
  }

  next(): IteratorResult<unknown, T> {
    if (this.#state === "taken") return this.#start(someLoop());
    const cancelled = this.#state === "cancelled";
    this.#state = "done";
    if (cancelled) throw makeCancelledError(this.#message, this.#loop!);
    return { done: true, value: this.#result };
  }

  throw(error: unknown): never {
    this.#end();
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    this.#end();
    return { done: true, value };
  }

  get _unused(): boolean {
    return this.#state === "new";
  }

  _park(strand: StrandFace & Runnable): RuntimeError | null {
    if (this.#state === "new") return foreignYield(this, strand.task);
    this.#waiter = strand;
    return null;
  }

  override _drive(strand: Strand, resolve: Resolve, reject: Reject): void {
    if (this.#state !== "new") return reject(reused());
    this.#start(strand.loop);
    const waiting = new Await(strand, this, resolve, reject);
    this.#waiter = waiting;
    strand._wait(waiting);
  }

  _settle(resolve: Resolve, reject: Reject): void {
    if (this.#state === "cancelled") reject(makeCancelledError(this.#message, this.#loop!));
    else resolve(this.#result);
    this.#end();
  }

  cancel(message?: string): boolean {
    if (this.#state !== "waiting") return false;
    this.#state = "cancelled";
    this.#message = message;
    this.#dropTimer();
    this.#loop!._schedule(this.#waiter!);
    return true;
  }

  cancelled(): boolean {
    return this.#state === "cancelled";
  }

  /** Its time is over. */
  _run(): void {
    if (this.#state !== "waiting") return;
    this.#state = "over";
    this.#loop!._schedule(this.#waiter!);
  }

  _dropped(): boolean {
    return this.#state !== "waiting";
  }

  _begun(): boolean {
    return this.#state !== "new";
  }

  #start(loop: LoopFace): this {
    this.#state = "waiting";
    this.#loop = loop;
    loop._addTimer(loop.time() + this.#delay, this);
    return this;
  }

  /** Whoever waited goes another way. */
  #end(): void {
    const waiting = this.#state === "waiting";
    this.#state = "done";
    if (waiting) this.#dropTimer();
  }

  #dropTimer(): void {
    if (this._scheduled) this.#loop!._timerCancelled();
  }
}
