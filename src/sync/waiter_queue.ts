/**
 * The tasks that wait for a primitive, in the order in which they came.
 *
 * @module
 */
import { type LoopFace, SingleWait, someLoop } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";

/**
 * Something that tasks wait for in a WaiterQueue, and its entry there, from the first wait until it goes on. It may wait again, at
 * the end of the queue then.
 */
export abstract class Waiter<T> extends SingleWait<T> {
  readonly #queue: WaiterQueue;
  /** @internal */
  _previous: Waiter<unknown> | null = null;
  /** @internal */
  _next: Waiter<unknown> | null = null;

  constructor(queue: WaiterQueue) {
    super();
    this.#queue = queue;
  }

  /** Whether it has to wait; takes what it came for if not. */
  abstract _mustWait(): boolean;

  /** It was woken: whether it has to wait again. */
  _mustWaitAgain(): boolean {
    return false;
  }

  /** It goes without what it came for, has left the queue, and may have been woken: another may be waiting for that. */
  _handOn(_woken: boolean): void {}

  /** @internal */
  _begin(loop: LoopFace | null): boolean {
    if (!this._mustWait()) return false;
    this.#queue._enter(this, loop ?? someLoop());
    return true;
  }

  /** @internal */
  override _continue(): boolean {
    this.#queue._leave(this, true);
    if (!this._mustWaitAgain()) return false;
    this.#queue._enter(this, someLoop());
    return true;
  }

  /** @internal */
  override _wasCancelled(): void {
    this.#queue._gaveUp();
  }

  /** @internal */
  _giveUp(woken: boolean, cancelled: boolean): void {
    this.#queue._leave(this, !cancelled);
    this._handOn(woken);
  }
}

/**
 * Waiting tasks, first come first served. Entering, waking and leaving cost the same however many there are.
 *
 *     pending ── wakeNext ──▶ woken ──── goes on ──────────▶ left
 *        │                      └────── is cancelled ──────▶ left; its wake-up is handed on
 *        └───── is cancelled ─▶ cancelled ── goes on ──────▶ left
 *
 * A task keeps its place until it goes on, a turn after it was woken or cancelled: nobody may overtake one that was woken. All that are in it at one time
 * belong to one loop.
 */
export class WaiterQueue {
  readonly #name: string;
  /** Of those that are in it. */
  #loop: LoopFace | null = null;
  #first: Waiter<unknown> | null = null;
  #last: Waiter<unknown> | null = null;
  /** The first that can still be woken, or one before it: all before this one were woken or cancelled. */
  #cursor: Waiter<unknown> | null = null;
  #standing = 0;

  /** `name` is what the error calls the primitive. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Whether anybody is in it who was not cancelled: who comes now has to wait behind them. */
  get occupied(): boolean {
    return this.#standing > 0;
  }

  /** @throws RuntimeError while tasks of a loop other than `loop` wait. */
  checkLoop(loop: LoopFace): void {
    if (this.#first === null || this.#loop === loop) return;
    throw new RuntimeError(`Cannot wait: the ${this.#name} is bound to a different event loop, whose tasks wait for it`);
  }

  /** Wakes the first that can still be woken; false when there is none. */
  wakeNext(): boolean {
    while (this.#cursor !== null && !this.#cursor._isWaiting()) this.#cursor = this.#cursor._next;
    this.#cursor?._wake();
    return this.#cursor !== null;
  }

  /**
   * Wakes the first, unless it is woken already or cancelled. In both cases it will go on, and either do what it was woken for or see to it that
   * another is woken.
   */
  wakeHead(): void {
    if (this.#first !== null && this.#first._isWaiting()) this.#first._wake();
  }

  /** Wakes all. */
  wakeAll(): void {
    while (this.wakeNext());
  }

  /**
   * The waiter waits, as the last.
   * @internal
   */
  _enter(waiter: Waiter<unknown>, loop: LoopFace): void {
    this.checkLoop(loop);
    this.#loop = loop;
    waiter._previous = this.#last;
    if (this.#last === null) this.#first = waiter;
    else this.#last._next = waiter;
    this.#last = waiter;
    this.#cursor ??= waiter;
    this.#standing++;
  }

  /**
   * One of those in it was cancelled.
   * @internal
   */
  _gaveUp(): void {
    this.#standing--;
  }

  /**
   * The waiter goes on, or goes away; `standing`, if it had not been cancelled.
   * @internal
   */
  _leave(waiter: Waiter<unknown>, standing: boolean): void {
    const { _previous: previous, _next: next } = waiter;
    if (previous === null) this.#first = next;
    else previous._next = next;
    if (next === null) this.#last = previous;
    else next._previous = previous;
    waiter._next = null;
    if (this.#cursor === waiter) this.#cursor = next;
    if (standing) this.#standing--;
  }
}
