/**
 * Semaphores: so many tasks at a time.
 *
 * @module
 */
import { type Awaitable, type Body, scopedAwaitable } from "../core/mod.ts";
import { checkBody, type Permit, runHolding } from "./permit.ts";
import { Waiter, WaiterQueue } from "./waiter_queue.ts";

/** Counts what is free: `acquire` takes one and waits while there is none, `release` gives one back. First come, first served. */
export class Semaphore {
  #value: number;
  readonly #waiters: WaiterQueue;

  /**
   * `value` is how many are free at first.
   *
   * @throws RangeError when it is negative or no whole number.
   */
  constructor(value: number = 1) {
    if (typeof value !== "number") throw new TypeError(`Cannot make a semaphore: a number was expected, got ${typeof value}`);
    if (value < 0) throw new RangeError("Semaphore initial value must be >= 0");
    if (!Number.isInteger(value) && value !== Infinity) throw new RangeError(`Cannot make a semaphore: ${value} is no whole number`);
    this.#value = value;
    this.#waiters = new WaiterQueue("Semaphore");
  }

  /** Whether `acquire` would have to wait: none is free, or those that are free are for others, who came before. */
  locked(): boolean {
    return this.#value === 0 || this.#waiters.occupied;
  }

  /**
   * Waits until one is free, then takes it; gives up no turn if one is. A cancelled `acquire` has taken nothing. Disposing the permit calls
   * `release()`, once.
   */
  acquire(): Awaitable<Permit> {
    return new Acquire(this, this.#waiters);
  }

  /** Gives one back, and wakes the first task that waits. Anybody may; there may be more than at first. */
  release(): void {
    this.#value++;
    this.#wakeNext();
  }

  /** Runs `body` in the calling task while one is held, and releases it whatever the body ended with. */
  run<T>(body: () => Body<T>): Awaitable<T> {
    checkBody(body, "semaphore");
    return scopedAwaitable(runHolding(this.acquire(), () => this.release(), body));
  }

  /**
   * Takes one, unless it has to wait.
   * @internal
   */
  _tryAcquire(): boolean {
    if (this.locked()) return false;
    this.#value--;
    return true;
  }

  /** One that is woken has its own already. */
  #wakeNext(): boolean {
    const woken = this.#waiters.wakeNext();
    if (woken) this.#value--;
    return woken;
  }

  /**
   * Some may have come while others were first in line although there was enough for both.
   * @internal
   */
  _wakeAllowed(): void {
    while (this.#value > 0 && this.#wakeNext());
  }

  /**
   * One that waited went away, and gives back what it was woken with.
   * @internal
   */
  _handOn(woken: boolean): void {
    if (woken) this.#value++;
    this._wakeAllowed();
  }

  /**
   * How many are free.
   * @internal
   */
  get _free(): number {
    return this.#value;
  }
}

class Acquire extends Waiter<Permit> {
  readonly #semaphore: Semaphore;

  constructor(semaphore: Semaphore, queue: WaiterQueue) {
    super(queue);
    this.#semaphore = semaphore;
  }

  override get _label(): string {
    return "Semaphore.acquire";
  }

  _mustWait(): boolean {
    return !this.#semaphore._tryAcquire();
  }

  override _mustWaitAgain(): false {
    this.#semaphore._wakeAllowed();
    return false;
  }

  _outcome(): Permit {
    return new SemaphorePermit(this.#semaphore);
  }

  override _handOn(woken: boolean): void {
    this.#semaphore._handOn(woken);
  }
}

/** A semaphore that refuses to be released more often than it was acquired. */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  /**
   * `value` is how many are free at first, and at the most.
   *
   * @throws RangeError when it is negative or no whole number.
   */
  constructor(value: number = 1) {
    super(value);
    this.#bound = value;
  }

  /**
   * Gives one back, and wakes the first task that waits.
   *
   * @throws RangeError when all are free.
   */
  override release(): void {
    if (this._free >= this.#bound) throw new RangeError("BoundedSemaphore released too many times");
    super.release();
  }
}

class SemaphorePermit implements Permit {
  #semaphore: Semaphore | null;

  constructor(semaphore: Semaphore) {
    this.#semaphore = semaphore;
  }

  [Symbol.dispose](): void {
    const semaphore = this.#semaphore;
    this.#semaphore = null;
    semaphore?.release();
  }
}
