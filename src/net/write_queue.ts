/**
 * What a transport holds back for its socket.
 *
 * @module
 */
import { Deque } from "../_internal/deque.ts";
import type { SocketHandle } from "../runtime/net_driver.ts";
import { copyOf, join } from "./data.ts";
import type { NetLoop } from "./net_loop.ts";
import type { Data } from "./transports.ts";

/** The most that is handed to the host in one write: hosts report progress by whole writes. */
export const LARGEST_WRITE: number = 64 * 1024;
/** How much the host may hold: enough to keep it busy, and what `abort` can no longer drop. */
const WINDOW = 256 * 1024;

/**
 * Memory in which the transports of a loop put what they write until the end of the turn. Most hosts take that at once: then the memory is free again,
 * and still in the processor's cache, while fresh memory costs more than the rest of a write.
 */
class Scratch {
  readonly #bytes = new Uint8Array(LARGEST_WRITE);
  #used = 0;
  /** How many parts of it are used. */
  #parts = 0;

  /** The scratch of a loop. */
  static of(loop: NetLoop): Scratch {
    return (loop._scratch ??= new Scratch()) as Scratch;
  }

  /** Where a copy of `bytes` begins; -1 when there is no room. */
  put(bytes: Uint8Array): number {
    if (this.#parts === 0) this.#used = 0;
    const start = this.#used;
    if (start + bytes.length > LARGEST_WRITE) return -1;
    this.#bytes.set(bytes, start);
    this.#used += bytes.length;
    this.#parts++;
    return start;
  }

  /** Puts `bytes` after the part that ends at `end`, if that is the last one. */
  extend(end: number, bytes: Uint8Array): boolean {
    if (this.#used !== end || end + bytes.length > LARGEST_WRITE) return false;
    this.#bytes.set(bytes, end);
    this.#used += bytes.length;
    return true;
  }

  /** A part, until it is given back. */
  view(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  /** Gives a part back. */
  free(): void {
    this.#parts--;
  }
}

/** What is written to. */
type Sink = Pick<SocketHandle, "write" | "copies">;

/**
 * Bytes in order: those still here, and those that were handed to the host and not taken by it yet. Small pieces are sent as one.
 *
 * For a socket that copies, what is first in the queue is one part of the scratch; all else are pieces with memory of their own.
 */
export class WriteQueue {
  readonly #loop: NetLoop;
  readonly #handle: Sink;
  /** The part of the scratch, which goes out before all pieces; empty for none. */
  #start = 0;
  #end = 0;
  readonly #pieces = new Deque<Uint8Array>();
  #waiting = 0;
  #handed = 0;

  constructor(loop: NetLoop, handle: Sink) {
    this.#loop = loop;
    this.#handle = handle;
  }

  /** How many bytes were added and not taken. */
  get size(): number {
    return this.#waiting + this.#handed;
  }

  /** How many bytes were added and not handed to the host. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Adds a copy. */
  add(data: Data): void {
    if (typeof data === "string" || !this.#putInScratch(data)) this.#addPieces(copyOf(data));
  }

  #addPieces(bytes: Uint8Array): void {
    this.#waiting += bytes.length;
    if (bytes.length <= LARGEST_WRITE) return this.#pieces.push(bytes);
    for (let at = 0; at < bytes.length; at += LARGEST_WRITE) this.#pieces.push(bytes.subarray(at, at + LARGEST_WRITE));
  }

  /** Not behind what the host is slow to take: others need the scratch soon. */
  #putInScratch(bytes: Uint8Array): boolean {
    if (this.#handle.copies !== true || this.#handed > 0 || this.#pieces.length > 0) return false;
    const scratch = Scratch.of(this.#loop);
    if (this.#start === this.#end) {
      const start = scratch.put(bytes);
      if (start < 0) return false;
      this.#start = this.#end = start;
    } else if (!scratch.extend(this.#end, bytes)) return false;
    this.#end += bytes.length;
    this.#waiting += bytes.length;
    return true;
  }

  /** Hands data over at once, before it is needed to copy it, if nothing is before it and the socket copies. What there is no room for is added. */
  send(data: Uint8Array): void {
    if (this.#handle.copies !== true || this.size > 0) return this.add(data);
    let at = 0;
    while (at < data.length && this.#handed < WINDOW) {
      const end = Math.min(at + LARGEST_WRITE, data.length);
      this.#handOver(data.subarray(at, end));
      at = end;
    }
    if (at < data.length) this.#addPieces(copyOf(data.subarray(at)));
  }

  /** Hands over what the host has room for. */
  pump(): void {
    while (this.#waiting > 0 && this.#handed < WINDOW) {
      const inScratch = this.#start < this.#end;
      const write = this.#next(inScratch ? this.#takeFromScratch() : this.#pieces.shift()!);
      this.#waiting -= write.length;
      this.#handOver(write);
      if (inScratch) Scratch.of(this.#loop).free();
    }
  }

  #takeFromScratch(): Uint8Array {
    const part = Scratch.of(this.#loop).view(this.#start, this.#end);
    this.#start = this.#end = 0;
    return part;
  }

  #handOver(write: Uint8Array): void {
    this.#handed += write.length;
    this.#handle.write(write);
  }

  /** `first`, with the pieces after it that still fit into one write. */
  #next(first: Uint8Array): Uint8Array {
    let length = first.length;
    if (!this.#fits(length)) return first;
    const parts = [first];
    while (this.#fits(length)) {
      const piece = this.#pieces.shift()!;
      parts.push(piece);
      length += piece.length;
    }
    return join(parts, length);
  }

  #fits(length: number): boolean {
    const next = this.#pieces.peek();
    return next !== undefined && length + next.length <= LARGEST_WRITE;
  }

  /** The host took `bytes` more. */
  taken(bytes: number): void {
    this.#handed -= bytes;
  }

  /** Forgets everything. */
  clear(): void {
    if (this.#start < this.#end) Scratch.of(this.#loop).free();
    this.#start = this.#end = 0;
    this.#pieces.clear();
    this.#waiting = 0;
    this.#handed = 0;
  }
}
