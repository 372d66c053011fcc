/**
 * A wait that is one object: its own iterator for generators, its own entry in the loop's queue for async functions, and what the kernel
 * cancels. The same as a generator over a future would be four objects, and for an async function a strand besides.
 *
 * @module
 */
import type { RuntimeError } from "../errors.ts";
import type { Reject, Resolve, Suspend } from "./awaitable.ts";
import { makeCancelledError } from "./cancelled.ts";
import { Lazy, reused } from "./coroutine.ts";
import { type LoopFace, type Runnable, running, type StrandFace, type Suspension } from "./running.ts";
import { foreignYield, type Strand } from "./strand.ts";

const NEW = 0;
const TAKEN = 1;
const WAITING = 2;
const WOKEN = 3;
const CANCELLED = 4;
const DONE = 5;

/** Whether it is what a coroutine hands to the kernel while it waits. Whoever meets one while iterating has taken a coroutine for an iterable. */
export function isHandedOver(item: unknown): boolean {
  if (item instanceof SingleWait) return !item._unused;
  return item === undefined || (typeof item === "object" && item !== null && "_park" in item);
}

/**
 * Something to wait for, once, that may be over at once.
 *
 *     new ── taken by yield* ──▶ taken ──┐
 *      └────── await ────────────────────┴─ begins ─▶ waiting ── wake ───▶ woken ───── goes on ─▶ done, or waiting again
 *                                             │          └────── cancel ─▶ cancelled ─ goes on ─▶ done
 *                                             └─ over at once ───────────────────────────────────▶ done
 *
 * Whoever waits goes on in the turn after the one in which it was woken or cancelled. If it is told something else then, or closed
 * before, the wait is given up.
 */
export abstract class SingleWait<T> extends Lazy<T> implements Suspension, Runnable {
  /** With `value`: the iterator result that stands for itself while it waits. */
  readonly done: false = false;
  readonly value: this = this;
  #state: 0 | 1 | 2 | 3 | 4 | 5 = NEW;
  #message: string | undefined = undefined;
  /** Who waits. */
  #strand: StrandFace | null = null;
  /** Of the `await`; null for a generator. */
  #resolve: Resolve | null = null;
  #reject: Reject | null = null;

  /** Starts. False when there is nothing to wait for; else `_wake` is called later. The loop is null where the kernel does not know it yet. */
  abstract _begin(loop: LoopFace | null): boolean;

  /** It was woken, and goes on: whether there is more to wait for. */
  _continue(): boolean {
    return false;
  }

  /** What it comes to, when there is nothing more to wait for. May throw. */
  abstract _outcome(): T;

  /** It is over without an outcome, before or after it was woken or cancelled. */
  abstract _giveUp(woken: boolean, cancelled: boolean): void;

  /** It was cancelled, and will be given up in the next turn. */
  _wasCancelled(): void {}

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  /** Whether it can still be woken. */
  _isWaiting(): boolean {
    return this.#state === WAITING;
  }

  /** Has whoever waits go on. */
  _wake(): void {
    this.#state = WOKEN;
    this.#schedule();
  }

  #schedule(): void {
    const strand = this.#strand;
    if (strand === null) return; // iterated by hand
    strand.loop._schedule(this.#resolve === null ? strand as StrandFace & Runnable : this);
  }

  // -------------------------------------------------------------- cancellation

  cancel(message?: string): boolean {
    if (this.#state !== WAITING) return false;
    this.#state = CANCELLED;
    this.#message = message;
    this.#schedule();
    this._wasCancelled();
    return true;
  }

  cancelled(): boolean {
    return this.#state === CANCELLED;
  }

  // -------------------------------------------------------------- for generators

  [Symbol.iterator](): Iterator<Suspend | undefined, T, unknown> {
    if (this.#state !== NEW) throw reused();
    this.#state = TAKEN;
    return this as unknown as Iterator<Suspend | undefined, T, unknown>;
  }

  next(): IteratorResult<unknown, T> {
    if (running.probe !== null) return this.#showStack();
    if (this.#goOn(null)) return this;
    return { done: true, value: this._outcome() };
  }

  #showStack(): this {
    running.probe!();
    return this;
  }

  throw(error: unknown): never {
    this.#abandon();
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    this.#abandon();
    return { done: true, value };
  }

  override get _unused(): boolean {
    return this.#state === NEW;
  }

  _park(strand: StrandFace): RuntimeError | null {
    if (this.#state === NEW) return foreignYield(this, strand.task);
    this.#strand = strand;
    return null;
  }

  /** Begins, or goes on after it was woken or cancelled. Whether it waits now. */
  #goOn(loop: LoopFace | null): boolean {
    const state = this.#state;
    this.#state = DONE;
    if (state === CANCELLED) {
      this._giveUp(false, true);
      throw makeCancelledError(this.#message, this.#strand!.loop);
    }
    if (!(state === WOKEN ? this._continue() : this._begin(loop))) return false;
    this.#state = WAITING;
    return true;
  }

  #abandon(): void {
    const state = this.#state;
    this.#state = DONE;
    if (state === WAITING || state === WOKEN || state === CANCELLED) this._giveUp(state === WOKEN, state === CANCELLED);
  }

  // -------------------------------------------------------------- for async functions

  override _drive(strand: Strand, resolve: Resolve, reject: Reject): void {
    if (this.#state !== NEW) return reject(reused());
    try {
      if (!this.#goOn(strand.loop)) return resolve(this._outcome());
    } catch (error) {
      return reject(error);
    }
    this.#strand = strand;
    this.#resolve = resolve;
    this.#reject = reject;
    strand._wait(this);
  }

  /** The turn after it was woken or cancelled. */
  _run(): void {
    const strand = this.#strand!;
    strand._unwait(this);
    if (strand._hasInjection()) {
      this.#abandon();
      this.#reject!(strand._takeInjection());
    } else if (this.#waitsOn()) return strand._wait(this);
    strand.loop._hold(strand);
  }

  #waitsOn(): boolean {
    try {
      if (this.#goOn(null)) return true;
      this.#resolve!(this._outcome());
    } catch (error) {
      this.#reject!(error);
    }
    return false;
  }

  /** For reports. */
  override toString(): string {
    return this.#strand === null ? "[object Coroutine]" : String(this.#strand.task);
  }
}
