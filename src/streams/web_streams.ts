/**
 * Streams as web streams, and a web stream as a reader.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { currentLoop } from "../core/mod.ts";
import { ConnectionResetError, RuntimeError } from "../errors.ts";
import { checkData } from "../net/data.ts";
import type { NetLoop } from "../net/net_loop.ts";
import type { Data } from "../net/transports.ts";
import { type ReadSource, StreamReader } from "./stream_reader.ts";
import { StreamWriter } from "./stream_writer.ts";

/** The most that one chunk of a readable stream holds, in bytes. */
const LARGEST_CHUNK = 64 * 1024;

// ---------------------------------------------------------------- a reader as a readable stream

/**
 * The reader as a web stream, for `for await`, `pipeTo` or a Response. It is read from when the stream is, and not ahead: back-pressure goes on to
 * the peer. Cancelling the stream closes the connection, after what was written to it; if the reader fails, so does the stream. Nobody else may
 * read from the reader meanwhile.
 *
 * @throws TypeError for anything but a StreamReader.
 */
export function toReadableStream(reader: StreamReader): ReadableStream<Uint8Array> {
  if (!(reader instanceof StreamReader)) {
    throw new TypeError(`Cannot make a web stream: a StreamReader was expected, got ${typeName(reader)}`);
  }
  let stop = (): void => {};
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> =>
    new Promise((resolve) => {
      const task = reader._loop.createTask(() => reader.read(LARGEST_CHUNK));
      let stopped = false;
      stop = () => {
        stopped = true;
        task.cancel();
      };
      task.addDoneCallback(() => {
        if (!stopped) pass(controller, () => task.result());
        resolve();
      });
    });
  const cancel = (reason: unknown): void => {
    stop();
    reader._cancel(reason);
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

function pass(controller: ReadableStreamDefaultController<Uint8Array>, read: () => Uint8Array): void {
  try {
    const chunk = read();
    if (chunk.length === 0) controller.close();
    else controller.enqueue(chunk);
  } catch (error) {
    controller.error(error);
  }
}

// ---------------------------------------------------------------- a writer as a writable stream

/**
 * The writer as a web stream. A write is done when `drain` lets go on, so back-pressure comes from the peer. Closing the stream ends the sending half, so that
 * the peer's answer can still be read, and the connection is closed at the answer's end; where there are no half-closed connections (TLS) it is closed
 * at once. Aborting the stream aborts the
 * connection; if that is lost, the stream fails.
 *
 * @throws TypeError for anything but a StreamWriter of a stream protocol.
 */
export function toWritableStream(writer: StreamWriter): WritableStream<Data> {
  if (!(writer instanceof StreamWriter)) {
    throw new TypeError(`Cannot make a web stream: a StreamWriter was expected, got ${typeName(writer)}`);
  }
  let ended = false;
  const start = (controller: WritableStreamDefaultController): void => {
    writer._whenLost((error) => {
      if (!ended) controller.error(error ?? lost());
    });
    // `abort` below waits for a write that is under way, which may last as long as the peer does not read.
    controller.signal.addEventListener("abort", abort);
  };
  const write = (chunk: Data): Promise<void> => {
    if (writer.isClosing()) throw lost();
    writer.write(chunk);
    return settled(writer, () => writer.drain());
  };
  const close = (): Promise<void> | void => {
    ended = true;
    if (writer.canWriteEof()) return writer._finish();
    writer.close();
    return settled(writer, () => writer.waitClosed());
  };
  const abort = (): void => {
    ended = true;
    writer.transport.abort();
  };
  return new WritableStream({ start, write, close, abort });
}

function lost(): ConnectionResetError {
  return new ConnectionResetError("Connection lost", { code: "ECONNRESET" });
}

/** A promise that whoever calls does not become part of: web streams call in the task that writes, which may be cancelled. */
function settled(writer: StreamWriter, wait: () => ReturnType<StreamWriter["drain"]>): Promise<void> {
  return new Promise((resolve, reject) => {
    const task = writer._loop.createTask(wait);
    task.addDoneCallback(() => {
      if (task.cancelled()) reject(lost());
      else if (task.exception() === null) resolve();
      else reject(task.exception());
    });
  });
}

// ---------------------------------------------------------------- a readable stream as a reader

/**
 * A web stream as a StreamReader, such as the body of a Response. It is locked, and read no further ahead than the reader's limit allows. If the stream
 * fails, so does the reader. The stream is cancelled by `setException` of the reader, and when the loop ends.
 *
 * @throws TypeError for anything but a ReadableStream, and for one that is locked.
 */
export function fromReadableStream(stream: ReadableStream<Uint8Array>): StreamReader {
  if (!(stream instanceof ReadableStream)) {
    throw new TypeError(`Cannot make a reader: a ReadableStream was expected, got ${typeName(stream)}`);
  }
  if (stream.locked) throw new TypeError("Cannot make a reader: the stream is locked");
  const loop = currentLoop();
  const reader = new StreamReader({ loop });
  const source = new WebSource(loop, stream.getReader(), reader);
  reader._setSource(source);
  source.resumeReading();
  return reader;
}

/** Feeds a reader from a web stream, one request at a time. */
class WebSource implements ReadSource {
  readonly #loop: NetLoop;
  readonly #stream: ReadableStreamDefaultReader<Uint8Array>;
  readonly #reader: StreamReader;
  #paused = true;
  #asking = false;
  #over = false;

  constructor(loop: NetLoop, stream: ReadableStreamDefaultReader<Uint8Array>, reader: StreamReader) {
    this.#loop = loop;
    this.#stream = stream;
    this.#reader = reader;
    loop._open.add(this);
  }

  pauseReading(): void {
    this.#paused = true;
  }

  resumeReading(): void {
    this.#paused = false;
    this.#ask();
  }

  #ask(): void {
    if (this.#asking || this.#paused || this.#over) return;
    this.#asking = true;
    this.#stream.read().then(
      ({ done, value }) => this.#loop._deliver(this.#take, done ? null : value as Uint8Array),
      (error: unknown) => this.#loop._deliver(this.#fail, error),
    );
  }

  readonly #take = (chunk: Uint8Array | null): void => {
    this.#asking = false;
    if (this.#over) return;
    if (chunk === null) {
      this.#end();
      return this.#reader.feedEof();
    }
    try {
      checkData(chunk, "read from the web stream");
    } catch (error) {
      return this.#reader.setException(error as Error); // which cancels the stream
    }
    if (typeof chunk === "string") this.#reader.feedData(chunk);
    else this.#reader._feed(chunk);
    this.#ask();
  };

  readonly #fail = (error: unknown): void => {
    if (this.#over) return;
    this.#end();
    this.#reader.setException(error instanceof Error ? error : new RuntimeError("The web stream failed", { cause: error }));
  };

  #end(): void {
    this.#over = true;
    this.#loop._open.delete(this);
  }

  /** Cancels the stream. */
  close(reason?: unknown): void {
    if (this.#over) return;
    this.#end();
    this.#stream.cancel(reason).catch(() => {}); // nobody is left to be told
  }

  /** The reader will not be read any more. */
  readerFailed(error: Error): void {
    this.close(error);
  }
}
