/**
 * Memory for what is being written.
 *
 * @module
 */
import type { NetLoop } from "./net_loop.ts";

/** The most that is handed to the host in one write: hosts report progress by whole writes. */
export const LARGEST_WRITE: number = 128 * 1024;
/** How many pieces of memory that nobody uses are kept. */
const MOST_SPARE = 32;

/**
 * Memory in which the transports of a loop put what they write, until the host has taken it. Most hosts take that at once: then the memory is
 * free again, and still in the processor's cache, while fresh memory costs more than the rest of a write.
 */
export class WriteMemory {
  #current = new Slab(this);
  readonly #spare: Slab[] = [];

  /** That of a loop. */
  static of(loop: NetLoop): WriteMemory {
    return (loop._writeMemory ??= new WriteMemory()) as WriteMemory;
  }

  /** Where there is room for so many bytes, LARGEST_WRITE at the most. A part of it is to be used, and given back. */
  roomFor(length: number): Slab {
    const current = this.#current;
    return current.used + length <= LARGEST_WRITE ? current : this.#current = this.#spare.pop() ?? new Slab(this);
  }

  /** Nobody uses any part of it. @internal */
  _free(slab: Slab): void {
    slab.used = 0;
    if (slab !== this.#current && this.#spare.length < MOST_SPARE) this.#spare.push(slab);
  }
}

/** A piece of that memory, in parts that follow each other. One whose parts were not all given back is never used again. */
export class Slab {
  readonly #owner: WriteMemory;
  readonly #bytes = new Uint8Array(LARGEST_WRITE);
  #parts = 0;
  /** Where the next part begins. */
  used = 0;

  constructor(owner: WriteMemory) {
    this.#owner = owner;
  }

  /** Begins a part with a copy of `bytes`, for which there has to be room. */
  begin(bytes: Uint8Array): void {
    this.#parts++;
    this.#append(bytes);
  }

  /** Adds `bytes` to the part that ends at `end`, if that is the last one and there is room. */
  extend(end: number, bytes: Uint8Array): boolean {
    if (this.used !== end || end + bytes.length > LARGEST_WRITE) return false;
    this.#append(bytes);
    return true;
  }

  #append(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** A part, until it is given back. */
  view(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  /** Gives a part back. */
  free(): void {
    if (--this.#parts === 0) this.#owner._free(this);
  }
}
