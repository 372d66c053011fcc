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
import { LARGEST_WRITE, type Slab, WriteMemory } from "./write_memory.ts";

/** How much the host may hold: enough to keep it busy, and what `abort` can no longer drop. */
const WINDOW = 256 * 1024;

/** What is written to. */
type Sink = Pick<SocketHandle, "write" | "writeMemory">;

/**
 * Bytes in order: those still here, and those that were handed to the host and not taken by it yet. Small pieces are sent as one.
 *
 * For a host that gives the memory of its chunks back, what is first in the queue is one part of the loop's memory for writing; all else are
 * pieces with memory of their own.
 */
export class WriteQueue {
  readonly #loop: NetLoop;
  readonly #handle: Sink;
  /** Where the part is, which goes out before all pieces; null for none. */
  #slab: Slab | null = null;
  #start = 0;
  #end = 0;
  readonly #pieces = new Deque<Uint8Array>();
  #waiting = 0;
  #handed = 0;
  /** Where a part is that the host has not taken yet. */
  #lent: Slab | null = null;

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
    if (typeof data === "string" || !this.#putInSlab(data)) this.#addPieces(copyOf(data));
  }

  #addPieces(bytes: Uint8Array): void {
    this.#waiting += bytes.length;
    if (bytes.length <= LARGEST_WRITE) return this.#pieces.push(bytes);
    for (let at = 0; at < bytes.length; at += LARGEST_WRITE) this.#pieces.push(bytes.subarray(at, at + LARGEST_WRITE));
  }

  /** Not behind what the host is slow to take: others need the memory soon. */
  #putInSlab(bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (this.#handle.writeMemory === undefined || this.#handed > 0 || this.#pieces.length > 0 || length > LARGEST_WRITE) return false;
    if (this.#slab === null) {
      const slab = this.#slab = WriteMemory.of(this.#loop).roomFor(length);
      this.#start = this.#end = slab.used;
      slab.begin(bytes);
    } else if (!this.#slab.extend(this.#end, bytes)) return false;
    this.#end += length;
    this.#waiting += length;
    return true;
  }

  /** Hands data over at once, if nothing is before it and the socket copies what it does not take: then without a copy. What there is no room for is added. */
  send(data: Uint8Array): void {
    if (this.#handle.writeMemory !== "copied" || this.size > 0) return this.add(data);
    let at = 0;
    while (at < data.length && this.#handed < WINDOW) {
      const end = Math.min(at + LARGEST_WRITE, data.length);
      this.#handOver(at === 0 && end === data.length ? data : data.subarray(at, end));
      at = end;
    }
    if (at < data.length) this.#addPieces(copyOf(data.subarray(at)));
  }

  /** Hands over what the host has room for. */
  pump(): void {
    if (this.#slab !== null && this.#handed < WINDOW) this.#lend(this.#slab);
    while (this.#pieces.length > 0 && this.#handed < WINDOW) {
      const write = this.#next(this.#pieces.shift()!);
      this.#waiting -= write.length;
      this.#handOver(write);
    }
  }

  /** Nothing is handed over at such times: see where parts are made. */
  #lend(slab: Slab): void {
    const part = slab.view(this.#start, this.#end);
    this.#waiting -= part.length;
    this.#slab = null;
    this.#lent = slab;
    this.#handOver(part);
    if (this.#handle.writeMemory === "copied") this.#takeBack();
  }

  #takeBack(): void {
    this.#lent?.free();
    this.#lent = null;
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
    if (this.#handed === 0 && this.#lent !== null) this.#takeBack();
  }

  /** Forgets everything. What the host still reads stays as it is. */
  clear(): void {
    this.#slab?.free();
    this.#slab = null;
    this.#lent = null;
    this.#pieces.clear();
    this.#waiting = 0;
    this.#handed = 0;
  }
}
