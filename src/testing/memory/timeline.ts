/**
 * The time of an in-memory network: that of the runtime that uses it.
 *
 * @module
 */
import { RuntimeError } from "../../errors.ts";
import type { Clock, HostLoop } from "../../runtime/host.ts";

/** What a network needs of a runtime. */
export interface Host {
  readonly clock: Clock;
  readonly host: HostLoop;
}

/** Calls back later, on the runtime that a network belongs to. */
export class Timeline {
  #host: Host | null = null;

  /** Takes the time of a runtime. @throws RuntimeError when it has that of another one already: two clocks cannot agree. */
  follow(host: Host): void {
    if (this.#host !== null && this.#host.host !== host.host) {
      throw new RuntimeError("Cannot use the network: it belongs to another runtime");
    }
    this.#host = host;
  }

  /** Milliseconds. */
  now(): number {
    return this.#host!.clock.now();
  }

  /** Calls back after `delay` milliseconds; after none, in a later turn of the host. Never during the call. */
  later(delay: number, callback: () => void): void {
    const { clock, host } = this.#host!;
    if (delay > 0) host.setTimer(delay, callback, clock.now() + delay);
    else host.enqueue(callback);
  }
}
