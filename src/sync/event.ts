/**
 * Event: tasks wait until it is set.
 *
 * @module
 */
import { type Awaitable, awaitable, type CoroutineGenerator, currentLoop, Future } from "../core/mod.ts";

/** A flag that tasks can wait for. Setting it wakes all that wait, in the order in which they came. */
export class Event {
  #set = false;
  readonly #waiters = new Set<Future<true>>();

  /** Whether it is set. */
  isSet(): boolean {
    return this.#set;
  }

  /** Sets it and wakes all that wait. */
  set(): void {
    if (this.#set) return;
    this.#set = true;
    for (const waiter of this.#waiters) if (!waiter.done()) waiter.setResult(true);
  }

  /** Takes it back; whoever comes now waits for the next `set`. */
  clear(): void {
    this.#set = false;
  }

  /** Waits until it is set; gives up no turn if it is. */
  wait(): Awaitable<true> {
    return awaitable(this.#wait());
  }

  *#wait(): CoroutineGenerator<true> {
    if (this.#set) return true;
    const waiter = new Future<true>({ loop: currentLoop() });
    this.#waiters.add(waiter);
    try {
      return yield* waiter;
    } finally {
      this.#waiters.delete(waiter);
    }
  }
}
