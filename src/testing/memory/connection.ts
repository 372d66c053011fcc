/**
 * One connection of an in-memory network, as those see it who want to spoil it.
 *
 * @module
 */
import type { SocketAddress } from "../../net/transports.ts";

/** One end, as its connection sees it. */
export interface ConnectionEnd {
  /** Whether it is closed, by whomever. */
  readonly over: boolean;
  /** A reset comes, out of nowhere. */
  receiveReset(): void;
  /** What was held back may go on. */
  wake(): void;
}

/** A connection of a MemoryNetwork. It is what `getExtraInfo("socket")` gives at both ends. */
export class MemoryConnection {
  /** The address of the end that connected. */
  readonly client: SocketAddress;
  /** The address of the end that was connected to. */
  readonly server: SocketAddress;
  #stalled = false;
  #ends: readonly ConnectionEnd[] = [];

  /** @internal */
  constructor(client: SocketAddress, server: SocketAddress) {
    this.client = client;
    this.server = server;
  }

  /**
   * Tells it its two ends. Once.
   * @internal
   */
  _join(...ends: readonly ConnectionEnd[]): void {
    this.#ends = ends;
  }

  /** Whether either end has not closed it. */
  get open(): boolean {
    return this.#ends.some((end) => !end.over);
  }

  /** Whether it is stalled. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** Breaks it, in both directions at once: each end is told of a ConnectionResetError, once it has read what had arrived. */
  reset(): void {
    for (const end of this.#ends) end.receiveReset();
  }

  /** Lets nothing pass any more, and tells nobody: as a cable that was pulled. What is written fills the buffers, and then waits. */
  stall(): void {
    this.#stalled = true;
  }

  /** Ends `stall`: what waited arrives. */
  resume(): void {
    this.#stalled = false;
    for (const end of this.#ends) end.wake();
  }
}
