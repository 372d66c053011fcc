/**
 * The port: pipes, which are streams of one direction. Types only.
 *
 * @module
 */
import type { Abandon, Outcome, SocketEvents, SocketHandle } from "./net_driver.ts";

/** What a pipe that is read tells its owner: as a socket does. Nothing after our own `close`. */
export type ReadPipeEvents = Pick<SocketEvents, "onData" | "onEnd"> & {
  /** It failed: the last event, as `onEnd` is otherwise. */
  onError(error: Error): void;
};

/** The end of a pipe that is read. */
export interface ReadPipe {
  /** The host's own object, for `getExtraInfo("pipe")`. */
  readonly native: unknown;
  /** Nothing is delivered before this, and nothing is lost that comes before it. */
  start(events: ReadPipeEvents): void;
  /** Stops reading. At most one chunk that was already read may still be delivered; the end is held back too. */
  pause(): void;
  resume(): void;
  /** Closes it at once. Idempotent. */
  close(): void;
}

/** What a pipe that is written tells its owner. Nothing after our own `close`. */
export type WritePipeEvents = Pick<SocketEvents, "onWritten"> & {
  /** Nobody reads any more, or it failed: the last event. Mostly that is not known before something is written. */
  onGone(error: Error | null): void;
};

/** The end of a pipe that is written. */
export interface WritePipe extends Pick<SocketHandle, "write"> {
  /** The host's own object, for `getExtraInfo("pipe")`. */
  readonly native: unknown;
  /** Comes before the first `write`. */
  start(events: WritePipeEvents): void;
  /** Closes it; what the host did not take is dropped where that can be done. Idempotent. */
  close(): void;
}

/** What to read from or write to: a standard stream of this process, a file descriptor, a path, or a web stream. */
export type PipeTarget = "stdin" | "stdout" | "stderr" | number | { readonly path: string } | { readonly stream: unknown };

/** What a host needs for pipes. Bad sources are told as errors of the attempt; permissions are checked at the call (a throw). */
export interface PipeDriver {
  /** A FIFO is there once somebody has opened it for writing. */
  openRead(source: PipeTarget, outcome: Outcome<ReadPipe>): Abandon;
  /** A FIFO is there once somebody has opened it for reading. */
  openWrite(target: PipeTarget, outcome: Outcome<WritePipe>): Abandon;
}
