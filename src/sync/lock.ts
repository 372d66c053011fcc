/**
 * Lock: one task at a time.
 *
 * @module
 */
import { type Awaitable, type Body, scopedAwaitable } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import { checkBody, type Permit, runHolding } from "./permit.ts";
import { Waiter, WaiterQueue } from "./waiter_queue.ts";

/**
 * Lets one task at a time in, in the order in which they asked. It belongs to whoever acquired it, but no task owns it: any may release it.
 *
 *     free ── acquire ──▶ held ── release ──▶ free; the first that waits is woken, and has it a turn later
 *
 * Nobody overtakes: an `acquire` between the release and that turn waits behind those that were there.
 */
export class Lock {
  /** The current acquisition; null when it is free. */
  #holder: Permit | null = null;
  readonly #waiters: WaiterQueue = new WaiterQueue("Lock");

  /** Whether somebody has it. */
  locked(): boolean {
    return this.#holder !== null;
  }

  /**
   * Waits until it is free, then takes it; gives up no turn if it is. A cancelled `acquire` has taken nothing. Disposing the permit releases
   * this acquisition if it is still held, and does nothing otherwise.
   */
  acquire(): Awaitable<Permit> {
    return this._acquire(new LockPermit(this));
  }

  /**
   * Ends the current acquisition, and wakes the first task that waits.
   *
   * @throws RuntimeError when nobody has it.
   */
  release(): void {
    this._release();
  }

  /** Runs `body` in the calling task while it is held, and releases it whatever the body ended with. */
  run<T>(body: () => Body<T>): Awaitable<T> {
    checkBody(body, "lock");
    return scopedAwaitable(runHolding(this._acquire(new LockPermit(this)), () => this.release(), body));
  }

  /**
   * Acquires it, for a permit that may have held it before.
   * @internal
   */
  _acquire(permit: Permit): Acquire {
    return new Acquire(this, this.#waiters, permit);
  }

  /** @internal */
  _mustWait(): boolean {
    return this.#holder !== null || this.#waiters.occupied;
  }

  /** @internal */
  _holdBy(permit: Permit): Permit {
    return this.#holder = permit;
  }

  /**
   * Ends the current acquisition, and gives its permit.
   * @internal
   */
  _release(): Permit {
    const holder = this.#holder;
    if (holder === null) throw new RuntimeError("Lock is not acquired.");
    this.#holder = null;
    this.#waiters.wakeHead();
    return holder;
  }

  /** @internal */
  _isHeldBy(permit: Permit): boolean {
    return this.#holder === permit;
  }

  /**
   * One that waited went away: if nobody has the lock, the next one is to take it.
   * @internal
   */
  _handOn(): void {
    if (this.#holder === null) this.#waiters.wakeHead();
  }
}

class Acquire extends Waiter<Permit> {
  readonly #lock: Lock;
  readonly #permit: Permit;

  constructor(lock: Lock, queue: WaiterQueue, permit: Permit) {
    super(queue);
    this.#lock = lock;
    this.#permit = permit;
  }

  override get _label(): string {
    return "Lock.acquire";
  }

  _mustWait(): boolean {
    return this.#lock._mustWait();
  }

  _outcome(): Permit {
    return this.#lock._holdBy(this.#permit);
  }

  override _handOn(): void {
    this.#lock._handOn();
  }
}

class LockPermit implements Permit {
  readonly #lock: Lock;

  constructor(lock: Lock) {
    this.#lock = lock;
  }

  [Symbol.dispose](): void {
    if (this.#lock._isHeldBy(this)) this.#lock.release();
  }
}
