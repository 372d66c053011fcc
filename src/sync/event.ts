/**
 * Event: tasks wait until it is set.
 *
 * @module
 */
import type { Awaitable } from "../core/mod.ts";
import { Waiter, WaiterQueue } from "./waiter_queue.ts";

/** A flag that tasks can wait for. Setting it wakes all that wait, in the order in which they came. */
export class Event {
  #set = false;
  readonly #waiters: WaiterQueue = new WaiterQueue("Event");

  /** Whether it is set. */
  isSet(): boolean {
    return this.#set;
  }

  /** Sets it and wakes all that wait. */
  set(): void {
    if (this.#set) return;
    this.#set = true;
    this.#waiters.wakeAll();
  }

  /** Takes it back; whoever comes now waits for the next `set`. */
  clear(): void {
    this.#set = false;
  }

  /** Waits until it is set; gives up no turn if it is. Who was woken goes on even if it has been cleared since. */
  wait(): Awaitable<true> {
    return new Wait(this, this.#waiters);
  }
}

class Wait extends Waiter<true> {
  readonly #event: Event;

  constructor(event: Event, queue: WaiterQueue) {
    super(queue);
    this.#event = event;
  }

  override get _label(): string {
    return "Event.wait";
  }

  _mustWait(): boolean {
    return !this.#event.isSet();
  }

  _outcome(): true {
    return true;
  }
}
