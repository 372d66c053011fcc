/**
 * The sockets of an in-memory network.
 *
 * @module
 */
import { Deque } from "../../_internal/deque.ts";
import { join } from "../../net/data.ts";
import type { Endpoint, SocketEvents, SocketHandle } from "../../runtime/net_driver.ts";
import type { Conditions } from "./conditions.ts";
import type { ConnectionEnd, MemoryConnection } from "./connection.ts";
import { memoryError } from "./errors.ts";
import type { Timeline } from "./timeline.ts";

/** What is on its way to a socket: bytes, the end of the stream, or a reset. */
type Item = Uint8Array | "end" | "reset";

/** Something on its way. */
interface Parcel {
  readonly item: Item;
  /** When it arrives. */
  readonly due: number;
}

/** What both ends share. */
export interface Medium {
  readonly conditions: Conditions;
  readonly timeline: Timeline;
  readonly connection: MemoryConnection;
  /** Whether closing can be a reset. */
  readonly resets: boolean;
  /** Told when an end is over. */
  readonly ended: () => void;
}

/**
 * One end of a connection.
 *
 * Bytes go through four places, of which the last two together hold no more than the capacity:
 *
 *     written here ── there is room at the peer ──▶ taken ── latency ──▶ arrived there ── started, not paused ──▶ onData
 *
 *     OPEN ── close ─────────────────────────▶ OVER ── a turn later ──▶ onClose(null)
 *       ├──── both directions have ended ────▶ OVER ── a turn later ──▶ onClose(null)
 *       └──── a reset was read, or hit a write ▶ OVER ── a turn later ──▶ onClose(error)
 *
 * All that is told is told by `#turn`, one thing a turn of the host.
 */
export class MemorySocket implements SocketHandle, ConnectionEnd {
  readonly localAddress: Endpoint;
  readonly remoteAddress: Endpoint;
  readonly #medium: Medium;
  #peer: MemorySocket | null = null;
  #events: SocketEvents | null = null;
  #awake = false;
  #over = false;
  #overError: Error | null = null;
  #closeTold = false;

  // Towards the peer.
  readonly #written = new Deque<Uint8Array>();
  /** How many bytes were taken, and the owner was not told. */
  #taken = 0;
  #endAsked = false;
  #endSent = false;

  // From the peer.
  readonly #coming = new Deque<Parcel>();
  /** When the last of what was put on its way arrives. */
  #lastDue = -Infinity;
  /** A timer is set for the first that is coming. */
  #armed = false;
  readonly #arrived = new Deque<Item>();
  /** How many bytes are coming or have arrived. */
  #held = 0;
  #paused = false;
  #endRead = false;
  #resetArrived = false;

  constructor(localAddress: Endpoint, remoteAddress: Endpoint, medium: Medium) {
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.#medium = medium;
  }

  /** Tells it who the peer is. Once. */
  join(peer: MemorySocket): void {
    this.#peer = peer;
  }

  get native(): MemoryConnection {
    return this.#medium.connection;
  }

  /** Whether it is closed, by whomever. */
  get over(): boolean {
    return this.#over;
  }

  // -------------------------------------------------------------- for its owner

  start(events: SocketEvents): void {
    this.#events = events;
    this.wake();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.wake();
  }

  write(chunk: Uint8Array): void {
    if (this.#over || this.#endAsked) return;
    if (this.#resetArrived) return this.#end(this.#resetError());
    if (chunk.length > 0) this.#written.push(chunk);
    this.#send();
  }

  closeWrite(): void {
    if (this.#over || this.#endAsked) return;
    this.#endAsked = true;
    this.#send();
    this.wake();
  }

  close(reset = false): void {
    if (this.#over) return;
    const unread = this.#arrived.peek() instanceof Uint8Array;
    this.#end(null);
    if ((reset || unread) && this.#medium.resets) this.#peer!.#carry("reset");
    else if (!this.#endSent) this.#peer!.#carry("end");
  }

  // -------------------------------------------------------------- for its connection

  /** A reset comes out of nowhere, at once. */
  receiveReset(): void {
    this.#arrive("reset");
  }

  /** Looks in a later turn at what there is to do. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#medium.timeline.later(0, this.#turn);
  }

  // -------------------------------------------------------------- sending

  /** Takes what the peer has room for. */
  #send(): void {
    while (!this.#medium.connection.stalled && this.#written.length > 0) {
      const room = this.#medium.conditions.capacity - this.#peer!.#held;
      if (room <= 0) break;
      this.#sendSome(room);
    }
    if (this.#taken > 0 && this.#events !== null) this.wake();
    if (!this.#endAsked || this.#endSent || this.#written.length > 0) return;
    this.#endSent = true;
    this.#peer!.#carry("end");
  }

  #sendSome(room: number): void {
    const chunk = this.#written.peek()!;
    const piece = chunk.subarray(0, room);
    if (piece.length === chunk.length) this.#written.shift();
    else this.#written.replaceFirst(chunk.subarray(room));
    this.#taken += piece.length;
    this.#peer!.#carry(piece);
  }

  // -------------------------------------------------------------- receiving

  /** Puts something on its way to this end: what was sent first arrives first. */
  #carry(item: Item): void {
    const { conditions, timeline } = this.#medium;
    if (typeof item !== "string") this.#held += item.length;
    this.#lastDue = Math.max(this.#lastDue, timeline.now() + conditions.latency());
    this.#coming.push({ item, due: this.#lastDue });
    this.#arm();
  }

  #arm(): void {
    const next = this.#coming.peek();
    if (this.#armed || next === undefined) return;
    this.#armed = true;
    const { timeline } = this.#medium;
    timeline.later(next.due - timeline.now(), () => {
      this.#armed = false;
      if (this.#medium.connection.stalled) return;
      this.#arriveUntil(timeline.now());
      this.#arm();
    });
  }

  /** At least the first of those that are coming: hosts may fire a timer early. */
  #arriveUntil(now: number): void {
    do this.#arrive(this.#coming.shift()!.item); while (this.#coming.length > 0 && this.#coming.peek()!.due <= now);
  }

  #arrive(item: Item): void {
    if (this.#over) return this.#refuse(item);
    this.#arrived.push(item);
    if (item === "reset") this.#hitByReset();
    this.wake();
  }

  /** Nobody is there any more: whoever sends to a closed socket is told so. */
  #refuse(item: Item): void {
    if (typeof item !== "string") this.#peer!.#carry("reset");
  }

  /** What was to be sent cannot be any more, which is told at once; otherwise what came before the reset can still be read. */
  #hitByReset(): void {
    this.#resetArrived = true;
    if (this.#written.length > 0) this.#end(this.#resetError());
  }

  #resetError(): Error {
    return memoryError("ECONNRESET", "go on with the connection", this.remoteAddress);
  }

  // -------------------------------------------------------------- telling

  readonly #turn = (): void => {
    this.#awake = false;
    if (!this.#medium.connection.stalled) this.#arm();
    if (!this.#over) this.#send();
    if (this.#events === null) return;
    if (!this.#over) this.#tellTaken(this.#events);
    if (!this.#over) this.#tellArrived(this.#events);
    if (this.#over) this.#tellOver(this.#events);
  };

  #tellTaken(events: SocketEvents): void {
    const taken = this.#taken;
    this.#taken = 0;
    if (taken > 0) events.onWritten(taken);
  }

  #tellArrived(events: SocketEvents): void {
    if (!this.#paused && this.#arrived.length > 0) this.#tellNext(events);
    if (this.#over) return;
    if (this.#endRead && this.#endSent) return this.#end(null);
    if (!this.#paused && this.#arrived.length > 0) this.wake();
  }

  #tellNext(events: SocketEvents): void {
    const next = this.#arrived.peek()!;
    if (typeof next !== "string") return this.#tellData(events);
    this.#arrived.shift();
    if (next === "reset") return this.#end(this.#resetError());
    this.#endRead = true;
    events.onEnd();
  }

  #tellData(events: SocketEvents): void {
    const chunk = this.#gather(this.#medium.conditions.chunkSize());
    this.#held -= chunk.length;
    this.#peer!.wake(); // there is room again
    events.onData(chunk);
  }

  /** Up to so many bytes of those that have arrived, however they were written, in memory of their own. */
  #gather(size: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let next = this.#arrived.peek(); length < size && next instanceof Uint8Array; next = this.#arrived.peek()) {
      const part = next.subarray(0, size - length);
      if (part.length === next.length) this.#arrived.shift();
      else this.#arrived.replaceFirst(next.subarray(part.length));
      parts.push(part);
      length += part.length;
    }
    return join(parts, length);
  }

  #end(error: Error | null): void {
    this.#over = true;
    this.#overError = error;
    this.#written.clear();
    this.#arrived.clear();
    this.#held = 0;
    this.#medium.ended();
    this.wake();
  }

  #tellOver(events: SocketEvents): void {
    if (this.#closeTold) return;
    this.#closeTold = true;
    events.onClose(this.#overError);
  }
}
