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
import { LARGEST_WRITE, type Part, WriteMemory } from "./write_memory.ts";

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
  /** What goes out before all pieces. */
  #part: Part | null = null;
  readonly #pieces = new Deque<Uint8Array>();
  #waiting = 0;
  #handed = 0;
  /** How many bytes were handed over in all. */
  #total = 0;
  /** The first part that the host has not taken yet; one more may follow. */
  #lent: Part | null = null;

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
    if (typeof data === "string" || !this.#putInPart(data)) this.#addPieces(copyOf(data));
  }

  #addPieces(bytes: Uint8Array): void {
    this.#waiting += bytes.length;
    if (bytes.length <= LARGEST_WRITE) return this.#pieces.push(bytes);
    for (let at = 0; at < bytes.length; at += LARGEST_WRITE) this.#pieces.push(bytes.subarray(at, at + LARGEST_WRITE));
  }

  #putInPart(bytes: Uint8Array): boolean {
    if (this.#part !== null) {
      if (this.#pieces.length > 0 || !this.#part.extend(bytes)) return false;
    } else if (this.#mayBegin(bytes.length)) this.#part = WriteMemory.of(this.#loop).begin(bytes);
    else return false;
    this.#waiting += bytes.length;
    return true;
  }

  /** Not behind what the host is slow to take: others need the memory soon. */
  #mayBegin(length: number): boolean {
    if (this.#handle.writeMemory === undefined || this.#pieces.length > 0 || length > LARGEST_WRITE) return false;
    return this.#handed < LARGEST_WRITE && (this.#lent === null || this.#lent.next === null);
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
    if (this.#part !== null && this.#handed < WINDOW) this.#lend(this.#part);
    while (this.#pieces.length > 0 && this.#handed < WINDOW) {
      const write = this.#next(this.#pieces.shift()!);
      this.#waiting -= write.length;
      this.#handOver(write);
    }
  }

  #lend(part: Part): void {
    const write = part.view();
    this.#part = null;
    this.#waiting -= write.length;
    part.until = this.#total + write.length;
    if (this.#lent === null) this.#lent = part;
    else this.#lent.next = part;
    this.#handOver(write);
    if (this.#handle.writeMemory === "copied") this.#takeBack(this.#total);
  }

  /** The parts that end at `position` or before it are free again. */
  #takeBack(position: number): void {
    for (let part = this.#lent; part !== null && part.until <= position; part = this.#lent = part.next) part.free();
  }

  #handOver(write: Uint8Array): void {
    this.#handed += write.length;
    this.#total += write.length;
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
    this.#takeBack(this.#total - this.#handed);
  }

  /** Forgets everything. What the host still reads stays as it is. */
  clear(): void {
    this.#part?.free();
    this.#part = null;
    this.#lent = null;
    this.#pieces.clear();
    this.#waiting = 0;
    this.#handed = 0;
  }
}
