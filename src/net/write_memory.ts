/**
 * Memory for what is being written.
 *
 * @module
 */
import type { NetLoop } from "./net_loop.ts";

/** The most that is handed to the host in one write: hosts report progress by whole writes. */
export const LARGEST_WRITE: number = 128 * 1024;
/** How many pieces of memory that nobody uses are kept: as many as a hundred connections use at once that send large messages. */
const MOST_SPARE = 64;

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

  /** A part that begins with a copy of `bytes`, LARGEST_WRITE at the most. */
  begin(bytes: Uint8Array): Part {
    const current = this.#current;
    if (current.used + bytes.length > LARGEST_WRITE) this.#current = this.#spare.pop() ?? new Slab(this);
    return new Part(this.#current, bytes);
  }

  /** Nobody uses any part of it. @internal */
  _free(slab: Slab): void {
    slab.used = 0;
    if (slab !== this.#current && this.#spare.length < MOST_SPARE) this.#spare.push(slab);
  }
}

/** A piece of that memory, in parts that follow each other. One whose parts were not all given back is never used again. */
class Slab {
  readonly #owner: WriteMemory;
  readonly bytes: Uint8Array = new Uint8Array(LARGEST_WRITE);
  /** Where the next part begins. */
  used = 0;
  parts = 0;

  constructor(owner: WriteMemory) {
    this.#owner = owner;
  }

  free(): void {
    if (--this.parts === 0) this.#owner._free(this);
  }
}

/** A part of it, for one write. */
export class Part {
  readonly #slab: Slab;
  readonly #start: number;
  #end: number;
  /** For its owner's use: up to where it goes, and the one after it. */
  until = 0;
  next: Part | null = null;

  constructor(slab: Slab, bytes: Uint8Array) {
    this.#slab = slab;
    this.#start = this.#end = slab.used;
    slab.parts++;
    this.#append(bytes);
  }

  /** Adds `bytes`, if nothing else follows it and there is room. */
  extend(bytes: Uint8Array): boolean {
    if (this.#slab.used !== this.#end || this.#end + bytes.length > LARGEST_WRITE) return false;
    this.#append(bytes);
    return true;
  }

  #append(bytes: Uint8Array): void {
    this.#slab.bytes.set(bytes, this.#end);
    this.#slab.used = this.#end += bytes.length;
  }

  view(): Uint8Array {
    return this.#slab.bytes.subarray(this.#start, this.#end);
  }

  /** Gives it back. */
  free(): void {
    this.#slab.free();
  }
}
