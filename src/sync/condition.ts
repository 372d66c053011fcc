/**
 * Condition: tasks wait, under a lock, to be told that something has changed.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import {
  type Awaitable,
  awaitable,
  type Body,
  type CoroutineGenerator,
  isCancelled,
  isPromiseLike,
  scopedAwaitable,
  someLoop,
} from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import { Lock } from "./lock.ts";
import type { Permit } from "./permit.ts";
import { Waiter, WaiterQueue } from "./waiter_queue.ts";

/**
 * A lock, and tasks that wait for news of what it guards. Several conditions may share one lock.
 *
 * `wait` may return although nothing has changed: a notification whose task was cancelled is passed on. So look again, or use `waitFor`.
 */
export class Condition {
  readonly #lock: Lock;
  readonly #waiters: WaiterQueue = new WaiterQueue("Condition");

  /** Without a lock it has one of its own. */
  constructor(lock: Lock = new Lock()) {
    if (!(lock instanceof Lock)) {
      throw new TypeError(`Cannot make a condition: a Lock was expected, got ${typeName(lock)}`);
    }
    this.#lock = lock;
  }

  /** Acquires its lock; the permit is the lock's, and stays valid through `wait`. */
  acquire(): Awaitable<Permit> {
    return this.#lock.acquire();
  }

  /**
   * Releases its lock.
   *
   * @throws RuntimeError when nobody has it.
   */
  release(): void {
    this.#lock.release();
  }

  /** Whether somebody has its lock. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /** Runs `body` in the calling task while its lock is held, and releases that whatever the body ended with. */
  run<T>(body: () => Body<T>): Awaitable<T> {
    return this.#lock.run(body);
  }

  /**
   * Releases the lock, waits to be notified, and acquires the lock again. That is done too when it is cancelled: CancelledError is thrown once the
   * lock is held again.
   *
   * @throws RuntimeError when nobody has the lock.
   */
  wait(): Awaitable<true> {
    return awaitable(this.#wait());
  }

  /**
   * Waits until `predicate()`, called while the lock is held, gives something truthy, and gives that.
   *
   * @throws RuntimeError when it has to wait and nobody has the lock; TypeError for a predicate that gives a promise.
   */
  waitFor<T>(predicate: () => T): Awaitable<T> {
    if (typeof predicate !== "function") throw new TypeError(`Cannot wait: a predicate was expected, got ${typeof predicate}`);
    return scopedAwaitable(this.#waitFor(predicate));
  }

  /**
   * Wakes the `n` that have waited longest. They go on one after the other, as each gets the lock.
   *
   * @throws RuntimeError when nobody has the lock.
   */
  notify(n: number = 1): void {
    if (typeof n !== "number") throw new TypeError(`Cannot notify: a number was expected, got ${typeof n}`);
    if (Number.isNaN(n)) throw new RangeError("Cannot notify: NaN is no number of tasks");
    if (!this.locked()) throw new RuntimeError("cannot notify on un-acquired lock");
    for (let woken = 0; woken < n && this.#waiters.wakeNext(); woken++);
  }

  /**
   * Wakes all that wait.
   *
   * @throws RuntimeError when nobody has the lock.
   */
  notifyAll(): void {
    this.notify(Infinity);
  }

  *#wait(): CoroutineGenerator<true> {
    if (!this.locked()) throw new RuntimeError("cannot wait on un-acquired lock");
    this.#waiters.checkLoop(someLoop());
    const permit = this.#lock._release();
    let failure: { readonly error: unknown } | null = null;
    try {
      yield* new Notice(this.#waiters);
    } catch (error) {
      failure = { error };
    }
    failure = (yield* this.#reacquire(permit)) ?? failure;
    if (failure === null) return true;
    this.#waiters.wakeNext(); // it may have been notified: let another have that
    throw failure.error;
  }

  /** Acquires the lock again, however often it is cancelled meanwhile; gives the last cancellation. */
  *#reacquire(permit: Permit): CoroutineGenerator<{ readonly error: unknown } | null> {
    let failure: { readonly error: unknown } | null = null;
    for (;;) {
      try {
        yield* this.#lock._acquire(permit);
        return failure;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        failure = { error };
      }
    }
  }

  *#waitFor<T>(predicate: () => T): CoroutineGenerator<T> {
    for (;;) {
      const result = predicate();
      if (isPromiseLike(result)) throw new TypeError("Cannot wait: the predicate gave a promise; it has to answer at once");
      if (result) return result;
      yield* this.#wait();
    }
  }
}

/** Waits for a notification. */
class Notice extends Waiter<void> {
  override get _label(): string {
    return "Condition.wait";
  }

  _mustWait(): true {
    return true;
  }

  _outcome(): void {}
}
