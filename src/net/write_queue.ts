/**
 * What a transport holds back for its socket.
 *
 * @module
 */
import { Deque } from "../_internal/deque.ts";
import type { SocketHandle } from "../runtime/net_driver.ts";
import { copyOf, join } from "./data.ts";
import type { Data } from "./transports.ts";

/** The most that is handed to the host in one write: hosts report progress by whole writes. */
const LARGEST_WRITE = 64 * 1024;
/** How much the host may hold: enough to keep it busy, and what `abort` can no longer drop. */
const WINDOW = 256 * 1024;

/** Bytes in order: those still here, and those that were handed to the host and not taken by it yet. Small pieces are sent as one. */
export class WriteQueue {
  readonly #pieces = new Deque<Uint8Array>();
  #waiting = 0;
  #handed = 0;

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
    const bytes = copyOf(data);
    this.#waiting += bytes.length;
    if (bytes.length <= LARGEST_WRITE) return this.#pieces.push(bytes);
    for (let at = 0; at < bytes.length; at += LARGEST_WRITE) this.#pieces.push(bytes.subarray(at, at + LARGEST_WRITE));
  }

  /** Hands over what the host has room for. */
  pump(handle: Pick<SocketHandle, "write">): void {
    while (this.#waiting > 0 && this.#handed < WINDOW) {
      const write = this.#next();
      this.#waiting -= write.length;
      this.#handed += write.length;
      handle.write(write);
    }
  }

  /** The first piece, with those after it that still fit into one write. */
  #next(): Uint8Array {
    const first = this.#pieces.shift()!;
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
    this.#pieces.clear();
    this.#waiting = 0;
    this.#handed = 0;
  }
}
