/**
 * Pipes over what gives promises: the streams of the web and what is like them.
 *
 * @module
 */
import { Deque } from "../../_internal/deque.ts";
import type { ReadPipe, ReadPipeEvents, WritePipe, WritePipeEvents } from "../../runtime/pipe_driver.ts";
import { toOSError } from "./error_map.ts";

/** A reader of a ReadableStream of bytes. */
export interface ByteReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<unknown>;
}

/** What takes bytes. */
export interface ByteSink {
  /** Resolves when all of the chunk was taken. Called again only then. */
  write(chunk: Uint8Array): Promise<unknown>;
  /** Closes it. No write is under way. */
  close(): Promise<unknown>;
  /** While a write is under way: has it closed as soon as possible. */
  abort(): Promise<unknown>;
}

/** A pipe that is read: one read is under way unless it is paused, not started or at its end; what it brings after a pause is held. */
export class PromiseReadPipe implements ReadPipe {
  readonly native: unknown;
  readonly #reader: ByteReader;
  #events: ReadPipeEvents | null = null;
  #paused = false;
  #reading = false;
  /** What was read and not told yet: bytes, the end (null) or an error. */
  #held: Uint8Array | null | Error | undefined = undefined;
  /** The last event was told, or it is closed. */
  #over = false;
  #closed = false;

  constructor(native: unknown, reader: ByteReader) {
    this.native = native;
    this.#reader = reader;
  }

  start(events: ReadPipeEvents): void {
    this.#events = events;
    this.#read();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (this.#held === undefined) this.#read();
    else queueMicrotask(this.#tellHeld);
  }

  #read(): void {
    if (this.#reading || this.#paused || this.#over || this.#events === null) return;
    this.#reading = true;
    this.#reader.read().then(this.#onRead, this.#onFailure);
  }

  readonly #onRead = ({ done, value }: { readonly done: boolean; readonly value?: Uint8Array | undefined }): void => {
    this.#reading = false;
    this.#held = done || value === undefined ? null : ownBytes(value);
    this.#tellHeld();
  };

  readonly #onFailure = (error: unknown): void => {
    this.#reading = false;
    this.#held = toOSError(error, "go on reading");
    this.#tellHeld();
  };

  readonly #tellHeld = (): void => {
    if (this.#paused || this.#over || this.#held === undefined) return;
    const held = this.#held;
    this.#held = undefined;
    if (held instanceof Uint8Array) {
      if (held.length > 0) this.#events!.onData(held);
      return this.#read();
    }
    this.#over = true;
    if (held === null) this.#events!.onEnd();
    else this.#events!.onError(held);
  };

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#over = true;
    this.#held = undefined;
    this.#reader.cancel().catch(() => {}); // it may have failed or ended before
  }
}

/** Hosts read into large buffers: few bytes are copied, lest they keep one alive. */
function ownBytes(value: Uint8Array): Uint8Array {
  return 2 * value.byteLength <= value.buffer.byteLength ? value.slice() : value;
}

/** A pipe that is written: one write is under way while there is something to send. */
export class PromiseWritePipe implements WritePipe {
  readonly native: unknown;
  readonly #sink: ByteSink;
  #events: WritePipeEvents | null = null;
  readonly #queue = new Deque<Uint8Array>();
  #writing = false;
  /** The last event was told, or it is closed. */
  #over = false;
  #closed = false;

  constructor(native: unknown, sink: ByteSink) {
    this.native = native;
    this.#sink = sink;
  }

  start(events: WritePipeEvents): void {
    this.#events = events;
  }

  write(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#queue.push(chunk);
    if (!this.#writing) this.#writeNext();
  }

  #writeNext(): void {
    const chunk = this.#queue.shift();
    if (chunk === undefined) return;
    this.#writing = true;
    this.#sink.write(chunk).then(() => this.#onWritten(chunk.byteLength), this.#onFailure);
  }

  #onWritten(bytes: number): void {
    this.#writing = false;
    if (this.#over) return;
    this.#writeNext();
    this.#events?.onWritten(bytes);
  }

  readonly #onFailure = (error: unknown): void => {
    this.#writing = false;
    if (this.#over) return;
    this.#over = true;
    this.#queue.clear();
    this.#events?.onGone(toOSError(error, "go on writing"));
  };

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#over = true;
    this.#queue.clear();
    (this.#writing ? this.#sink.abort() : this.#sink.close()).catch(() => {}); // it may have failed before
  }
}
