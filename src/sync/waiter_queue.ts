/**
 * The tasks that wait for a primitive, in the order in which they came.
 *
 * @module
 */
import { type BaseEventLoop, type CoroutineGenerator, currentLoop, Future } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";

/** What one task waits for: an entry of the list, from its first wait until it goes on. */
class Waiter extends Future<true> {
  readonly #queue: WaiterQueue;
  previous: Waiter | null = null;
  next: Waiter | null = null;

  constructor(loop: BaseEventLoop, queue: WaiterQueue) {
    super({ loop });
    this.#queue = queue;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.#queue._gaveUp();
    return true;
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
  #first: Waiter | null = null;
  #last: Waiter | null = null;
  /** The first that can still be woken, or one before it: all before this one are done. */
  #cursor: Waiter | null = null;
  #standing = 0;

  /** `name` is what the error calls the primitive. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Whether anybody is in it who was not cancelled: who comes now has to wait behind them. */
  get occupied(): boolean {
    return this.#standing > 0;
  }

  /**
   * The running loop, if a task of it may wait here.
   *
   * @throws RuntimeError while tasks of another loop wait.
   */
  checkLoop(): BaseEventLoop {
    const loop = currentLoop();
    if (this.#first === null || this.#first.getLoop() === loop) return loop;
    throw new RuntimeError(`Cannot wait: the ${this.#name} is bound to a different event loop, whose tasks wait for it`);
  }

  /**
   * Waits to be woken. If the task does not take its wake-up, because it is cancelled or closed, `handOn` is called when it has left, and is told
   * whether it had been woken.
   */
  *wait(handOn?: (woken: boolean) => void): CoroutineGenerator<void> {
    const waiter = this.#enter();
    let taken = false;
    try {
      yield* waiter;
      taken = true;
    } finally {
      this.#leave(waiter);
      if (!taken) handOn?.(waiter.done() && !waiter.cancelled());
    }
  }

  /** Wakes the first that can still be woken; false when there is none. */
  wakeNext(): boolean {
    const waiter = this.#nextPending();
    waiter?.setResult(true);
    return waiter !== null;
  }

  /**
   * Wakes the first, unless it is woken already or cancelled. In both cases it will go on, and either do what it was woken for or see to it that
   * another is woken.
   */
  wakeHead(): void {
    if (this.#first !== null && !this.#first.done()) this.#first.setResult(true);
  }

  /** Wakes all. */
  wakeAll(): void {
    while (this.wakeNext());
  }

  /**
   * One of those in it was cancelled.
   * @internal
   */
  _gaveUp(): void {
    this.#standing--;
  }

  #nextPending(): Waiter | null {
    while (this.#cursor !== null && this.#cursor.done()) this.#cursor = this.#cursor.next;
    return this.#cursor;
  }

  #enter(): Waiter {
    const waiter = new Waiter(this.checkLoop(), this);
    waiter.previous = this.#last;
    if (this.#last === null) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#cursor ??= waiter;
    this.#standing++;
    return waiter;
  }

  #leave(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    if (this.#cursor === waiter) this.#cursor = next;
    if (!waiter.cancelled()) this.#standing--;
  }
}
