/**
 * The port: reading files. Types only.
 *
 * @module
 */
import type { Abandon, Outcome } from "./net_driver.ts";

/** One open file. */
export interface FileHandle {
  /** Up to `size` bytes from `position`, in memory that belongs to the receiver: fewer than that before the end only where the host likes, none at the end. */
  read(position: number, size: number, outcome: Outcome<Uint8Array>): void;
  /** Closes it once no read is under way; what those bring is not told any more. Idempotent. */
  close(): void;
}

/** Where a file is. */
export type FilePlace = { readonly path: string } | { readonly url: string };

/** What a host needs for files. Bad options are checked above; permissions are checked at the call (a throw). */
export interface FileDriver {
  /** Opens a file for reading. */
  open(file: FilePlace, outcome: Outcome<FileHandle>): Abandon;
}
