/**
 * The buffer of a stream reader.
 *
 * @module
 */
import { join } from "../net/data.ts";

/** Bytes to search for. */
export type Pattern = ArrayLike<number>;

/** Where a pattern was found: positions in the stream. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** A run of bytes of the stream. */
interface Piece {
  readonly bytes: Uint8Array;
  /** The position in the stream of `bytes[0]`. */
  readonly origin: number;
  /** Which part of `bytes` is still there. */
  start: number;
  end: number;
  next: Piece | null;
}

/** Pieces below this size are put together when they are not taken at once: many small ones cost little more than their bytes. */
const SMALL = 1024;
const SHARED_SIZE = 4096;
/** The rest of a piece that is no less than this part of it is handed out as it is. */
const LARGE_PART = 4;
/** How far one of several patterns is looked for before the others get their turn. */
const STRIDE = 4096;

/**
 * Bytes that are added at one end and taken at the other, kept as they came. Positions count from the beginning of the stream.
 * Adding, searching on and taking cost in proportion to the bytes, however many wait.
 */
export class ByteQueue {
  #head: Piece | null = null;
  #tail: Piece | null = null;
  #position = 0;
  #length = 0;
  /** Where the last search that found nothing ended. */
  #hint: Piece | null = null;

  /** How many bytes there are. */
  get length(): number {
    return this.#length;
  }

  /** The position of the first byte: how many were taken. */
  get position(): number {
    return this.#position;
  }

  /** The position after the last byte. */
  get end(): number {
    return this.#position + this.#length;
  }

  // -------------------------------------------------------------- adding and taking

  /** Adds bytes, which belong to the queue from now on. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    const origin = this.end;
    this.#length += chunk.length;
    const tail = this.#tail;
    if (tail === null || chunk.length >= SMALL) return this.#append(chunk, origin, chunk.length);
    if (tail.bytes.length - tail.end < chunk.length) return this.#append(withRoom(chunk), origin, chunk.length);
    tail.bytes.set(chunk, tail.end);
    tail.end += chunk.length;
  }

  #append(bytes: Uint8Array, origin: number, end: number): void {
    const piece = { bytes, origin, start: 0, end, next: null };
    if (this.#tail === null) this.#head = piece;
    else this.#tail.next = piece;
    this.#tail = piece;
  }

  /** Takes the first `count` bytes, of at least as many. */
  take(count: number): Uint8Array {
    const head = this.#head;
    if (head === null || count === 0) return new Uint8Array(0);
    if (count <= head.end - head.start) return this.#takeFromHead(count);
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0;) {
      const part = this.#viewOfHead(left);
      this.#dropFromHead(part.length);
      parts.push(part);
      left -= part.length;
    }
    return join(parts, count);
  }

  /** What is taken is a copy, unless it is all of a piece, or its last part and a large one: then nobody else has that memory. */
  #takeFromHead(count: number): Uint8Array {
    const view = this.#viewOfHead(count);
    const { bytes, start, end } = this.#head!;
    const isLargeRest = start + count === end && count >= bytes.length / LARGE_PART;
    const taken = view === bytes || isLargeRest ? view : view.slice();
    this.#dropFromHead(count);
    return taken;
  }

  #viewOfHead(most: number): Uint8Array {
    const { bytes, start, end } = this.#head!;
    return start === 0 && end === bytes.length && most >= end ? bytes : bytes.subarray(start, Math.min(end, start + most));
  }

  #dropFromHead(count: number): void {
    const head = this.#head!;
    this.#position += count;
    this.#length -= count;
    head.start += count;
    if (head.start < head.end) return;
    this.#head = head.next;
    if (this.#head === null) this.#tail = null;
    if (this.#hint === head) this.#hint = null;
  }

  /** Drops the first `count` bytes, of at least as many. */
  drop(count: number): void {
    for (let left = count; left > 0;) {
      const part = Math.min(left, this.#head!.end - this.#head!.start);
      this.#dropFromHead(part);
      left -= part;
    }
  }

  // -------------------------------------------------------------- searching

  /**
   * The match that ends first, of those that begin at `from` or later; of those that end together the shortest. `patterns` are
   * in order of length. A search from where the last one ended goes on there.
   */
  find(patterns: readonly Pattern[], from: number): Match | null {
    if (patterns.length === 1) return this.#findOne(patterns[0]!, from, this.end, null);
    const longest = patterns.at(-1)!.length;
    for (let at = from; at < this.end; at += STRIDE) {
      const near = this.#findFirst(patterns, at, at + STRIDE + longest, null);
      if (near !== null) return this.#findFirst(patterns, at, this.end, near);
    }
    return null;
  }

  /** The best of `best` and the matches that begin between `from` and `before`. */
  #findFirst(patterns: readonly Pattern[], from: number, before: number, best: Match | null): Match | null {
    for (const pattern of patterns) best = this.#findOne(pattern, from, before, best) ?? best;
    return best;
  }

  /** A match that begins between `from` and `before` and is better than `best`. */
  #findOne(pattern: Pattern, from: number, before: number, best: Match | null): Match | null {
    const size = pattern.length;
    const limit = best === null ? before : Math.min(before, best.end - size + (size < best.end - best.start ? 1 : 0));
    const start = this.#indexOf(pattern, from, Math.min(limit, this.end - size + 1));
    return start < 0 ? null : { start, end: start + size };
  }

  /** Where `pattern` first begins, between `from` and `before`; -1 if nowhere. */
  #indexOf(pattern: Pattern, from: number, before: number): number {
    if (from >= before) return -1;
    const first = pattern[0]!;
    let piece: Piece | null = this.#pieceAt(from);
    for (; piece !== null && piece.origin + piece.start < before; piece = piece.next) {
      const { bytes, origin, start, end } = piece;
      const most = Math.min(end, before - origin);
      const searched = most === bytes.length ? bytes : bytes.subarray(0, most);
      let index = searched.indexOf(first, Math.max(start, from - origin));
      while (index >= 0) {
        if (matches(piece, index, pattern)) return origin + index;
        index = searched.indexOf(first, index + 1);
      }
    }
    return -1;
  }

  #pieceAt(position: number): Piece | null {
    const hint = this.#hint;
    let piece = hint !== null && hint.origin + hint.start <= position ? hint : this.#head;
    while (piece !== null && piece.origin + piece.end <= position) piece = piece.next;
    return this.#hint = piece;
  }
}

/** Whether `pattern` stands at `index` of `piece`, and on into the next pieces. */
function matches(piece: Piece, index: number, pattern: Pattern): boolean {
  let here: Piece | null = piece;
  let at = index;
  for (let i = 1; i < pattern.length; i++) {
    if (++at === here.end) {
      here = here.next;
      if (here === null) return false;
      at = here.start;
    }
    if (here.bytes[at] !== pattern[i]) return false;
  }
  return true;
}

function withRoom(chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SHARED_SIZE);
  bytes.set(chunk);
  return bytes;
}
