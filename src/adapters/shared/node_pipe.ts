/**
 * Pipes over streams of Node.
 *
 * @module
 */
import { BrokenPipeError } from "../../errors.ts";
import type { ReadPipe, ReadPipeEvents, WritePipe, WritePipeEvents } from "../../runtime/pipe_driver.ts";
import { toOSError } from "./error_map.ts";

/** A Readable of node:stream. */
export interface NodeReadable {
  readonly readableEnded: boolean;
  readonly errored?: unknown;
  on(event: "readable" | "end" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  off(event: "readable" | "end" | "close", listener: () => void): unknown;
  off(event: "error", listener: (error: unknown) => void): unknown;
  read(): Uint8Array | null;
  destroy(): unknown;
}

/** A Writable of node:stream. */
export interface NodeWritable {
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  off(event: "error", listener: (error: unknown) => void): unknown;
  off(event: "close", listener: () => void): unknown;
  write(chunk: Uint8Array, done: (error?: unknown) => void): boolean;
  destroy(): unknown;
}

/**
 * A pipe that is read. It is asked for what there is, never made to flow: Node makes streams of a child that has ended flow, paused or not.
 */
export class NodeReadPipe implements ReadPipe {
  readonly native: NodeReadable;
  #events: ReadPipeEvents | null = null;
  #paused = false;
  /** The last event was told, or it is closed. */
  #over = false;
  #error: Error | null = null;
  #gone = false;
  #closed = false;

  constructor(stream: NodeReadable) {
    this.native = stream;
    stream.on("readable", this.#read);
    stream.on("end", this.#onEnd);
    stream.on("error", this.#onError);
    stream.on("close", this.#onClose);
  }

  start(events: ReadPipeEvents): void {
    this.#events = events;
    queueMicrotask(this.#read);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    queueMicrotask(this.#read);
  }

  /** Streams read ahead; this takes what they have, and by that makes them read on, or end. */
  readonly #read = (): void => {
    while (!this.#over && !this.#paused && this.#events !== null) {
      const chunk = this.native.read();
      if (chunk === null) return this.#tellEnd();
      this.#events.onData(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    }
  };

  /** It is told only once everything was read. */
  readonly #onEnd = (): void => {
    this.#gone = true;
    this.#tellEnd();
  };

  readonly #onError = (error: unknown): void => {
    this.#error ??= toOSError(error, "go on reading");
    this.#tellEnd();
  };

  /** Somebody destroyed the stream. */
  readonly #onClose = (): void => {
    this.#gone = true;
    this.#tellEnd();
  };

  #tellEnd(): void {
    const events = this.#events;
    if (this.#over || this.#paused || events === null || (this.#error === null && !this.#gone)) return;
    this.#over = true;
    if (this.#error !== null) events.onError(this.#error);
    else events.onEnd();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#over = true;
    const { native } = this;
    native.off("readable", this.#read);
    native.off("end", this.#onEnd);
    native.off("close", this.#onClose);
    native.destroy(); // which may still bring an error
  }
}

/** A pipe that is written. */
export class NodeWritePipe implements WritePipe {
  readonly native: NodeWritable;
  #events: WritePipeEvents | null = null;
  #closed = false;
  #gone = false;
  readonly #shared: boolean;

  /** One that others use too is not closed, only left. */
  constructor(stream: NodeWritable, shared = false) {
    this.native = stream;
    this.#shared = shared;
    stream.on("error", this.#onError);
    stream.on("close", this.#onClose);
  }

  start(events: WritePipeEvents): void {
    this.#events = events;
    if (this.#gone) queueMicrotask(() => this.#tell(null));
  }

  write(chunk: Uint8Array): void {
    if (this.#closed || this.#gone) return;
    this.native.write(chunk, (error) => {
      if (!error && !this.#closed) this.#events?.onWritten(chunk.byteLength);
    });
  }

  readonly #onError = (error: unknown): void => {
    if (this.#gone) return;
    this.#gone = true;
    this.#tell(brokenOr(error));
  };

  readonly #onClose = (): void => {
    if (this.#gone) return;
    this.#gone = true;
    this.#tell(null);
  };

  #tell(error: Error | null): void {
    if (!this.#closed) this.#events?.onGone(error);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.native.off("close", this.#onClose);
    if (this.#shared) this.native.off("error", this.#onError);
    else this.native.destroy(); // which may still bring an error
  }
}

/** Pipes of children are sockets on some hosts: a reader that has gone resets them. */
function brokenOr(error: unknown): Error {
  const known = toOSError(error, "go on writing");
  if (known.code !== "ECONNRESET") return known;
  return new BrokenPipeError("Cannot go on writing: nobody reads any more (EPIPE)", { cause: error, code: "EPIPE" });
}
