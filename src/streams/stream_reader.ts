/**
 * Reading from a stream.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type AbstractEventLoop, type Awaitable, awaitable, type CoroutineGenerator, currentLoop, SingleWait } from "../core/mod.ts";
import { IncompleteReadError, LimitOverrunError, RuntimeError, UnsupportedOperationError } from "../errors.ts";
import { checkData, copyOf } from "../net/data.ts";
import type { NetLoop } from "../net/net_loop.ts";
import type { Data, ReadTransport } from "../net/transports.ts";
import { ByteQueue, type Match, type Pattern } from "./byte_queue.ts";

/** What readers of a stream are made with. */
export interface StreamOptions {
  /** The longest line or separated part, in bytes; with twice as much unread the transport is told to pause. @default 65536 */
  readonly limit?: number;
}

/** Where the data of a reader comes from. */
export interface ReadSource extends Pick<ReadTransport, "pauseReading" | "resumeReading"> {
  close(reason?: unknown): void;
  /** Told when the reader was made to fail: for sources that have no other purpose. */
  readerFailed?(error: Error): void;
}

const DEFAULT_LIMIT = 64 * 1024;
const NEWLINE: readonly Pattern[] = [[10]];

/** Waits until there is data to read, or the end. */
abstract class DataWait<T> extends SingleWait<T> {
  protected readonly _reader: StreamReader;
  #error: Error | null = null;

  constructor(reader: StreamReader) {
    super();
    this._reader = reader;
  }

  /** The stream has failed. */
  _fail(error: Error): void {
    this.#error = error;
    this._wake();
  }

  _outcome(): T {
    if (this.#error !== null) throw this.#error;
    return this._read();
  }

  abstract _read(): T;

  _giveUp(): void {
    this._reader._stopWaiting(this);
  }
}

/** The commonest read: some bytes, as soon as there are any. */
class SomeBytes extends DataWait<Uint8Array> {
  readonly #most: number;

  constructor(reader: StreamReader, most: number) {
    super(reader);
    this.#most = most;
  }

  _begin(): boolean {
    return this._reader._beginRead(this, this.#most);
  }

  _read(): Uint8Array {
    return this._reader._takeSome(this.#most);
  }
}

/** More data, for a read that looks at it again. */
class MoreData extends DataWait<void> {
  readonly #reading: string;
  readonly #wanted: number;

  constructor(reader: StreamReader, reading: string, wanted: number) {
    super(reader);
    this.#reading = reading;
    this.#wanted = wanted;
  }

  _begin(): boolean {
    this._reader._waitForData(this, this.#reading, this.#wanted);
    return true;
  }

  _read(): void {}
}

/**
 * What comes from a stream, to be read by one task at a time: a second one that would have to wait gets a RuntimeError. A read that is
 * cancelled takes nothing away. Once the stream has failed, every read throws its error.
 *
 *     for await (const line of reader) …              in async functions
 *     for (;;) { const { done, value } = yield* reader.next(); … }   in generators
 */
export class StreamReader {
  readonly #limit: number;
  readonly #loop: AbstractEventLoop;
  readonly #buffer = new ByteQueue();
  #transport: ReadSource | null = null;
  #transportPaused = false;
  #eof = false;
  /** Whom to tell of it; few ask. */
  #onEnd: (() => void)[] | null = null;
  #exception: Error | null = null;
  #waiter: DataWait<unknown> | null = null;
  /** How many bytes the one who waits cannot do without. */
  #wanted = 0;

  /** For streams of your own; `openConnection` and `startServer` make them otherwise. @throws RangeError unless the limit is positive. */
  constructor(options: StreamOptions & { readonly loop?: AbstractEventLoop } = {}) {
    checkLimit(options.limit);
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#loop = options.loop ?? currentLoop();
  }

  // -------------------------------------------------------------- reading

  /**
   * Up to `n` bytes, as soon as there are any; none at the end of the stream. Without `n`, or with a negative one, all up to the end.
   */
  read(n = -1): Awaitable<Uint8Array> {
    checkCount(n, "read");
    return n < 0 ? awaitable(this.#readAll()) : new SomeBytes(this, n);
  }

  /**
   * Exactly `n` bytes.
   *
   * @throws IncompleteReadError, with what there was, when the stream ends before; RangeError for a negative `n`.
   */
  readExactly(n: number): Awaitable<Uint8Array> {
    checkCount(n, "readExactly");
    if (n < 0) throw new RangeError(`Cannot readExactly: the size must be >= 0, not ${n}`);
    return awaitable(this.#readExactly(n));
  }

  /**
   * A line, with its newline; at the end of the stream what is left, which may be nothing.
   *
   * @throws RangeError when the line is longer than the limit; it is dropped, or what has come of it.
   */
  readLine(): Awaitable<Uint8Array> {
    return awaitable(this.#readLine());
  }

  /**
   * Everything up to a separator, and the separator. Of several separators the one that ends first.
   *
   * @throws IncompleteReadError, with what there was, when the stream ends before; LimitOverrunError when there is more than the limit
   * before the separator, and nothing is dropped; RangeError for no separator, and for an empty one.
   */
  readUntil(separator: Data | readonly Data[] = "\n"): Awaitable<Uint8Array> {
    return awaitable(this.#readUntil(patternsOf(separator)));
  }

  /** The next line as an item of an async iteration, which is over at the end of the stream. @throws RangeError as `readLine`. */
  next(): Awaitable<IteratorResult<Uint8Array, undefined>> {
    return awaitable(this.#next());
  }

  /** Itself: what is left of the lines is shared. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Whether there is something to wait for; begins to.
   * @internal
   */
  _beginRead(wait: DataWait<unknown>, n: number): boolean {
    this.#throwIfFailed();
    if (n === 0 || this.#buffer.length > 0 || this.#eof) return false;
    this._waitForData(wait, "read", 1);
    return true;
  }

  /** @internal */
  _takeSome(most: number): Uint8Array {
    return this.#take(Math.min(most, this.#buffer.length));
  }

  *#readAll(): CoroutineGenerator<Uint8Array> {
    this.#throwIfFailed();
    while (!this.#eof) yield* new MoreData(this, "read", Infinity);
    return this.#take(this.#buffer.length);
  }

  *#readExactly(n: number): CoroutineGenerator<Uint8Array> {
    this.#throwIfFailed();
    while (this.#buffer.length < n) {
      if (this.#eof) throw new IncompleteReadError(this.#take(this.#buffer.length), n);
      yield* new MoreData(this, "readExactly", n);
    }
    return this.#take(n);
  }

  *#readLine(): CoroutineGenerator<Uint8Array> {
    try {
      return yield* this.#readUntil(NEWLINE);
    } catch (error) {
      if (error instanceof IncompleteReadError) return error.partial;
      if (error instanceof LimitOverrunError) throw this.#dropLine(error);
      throw error;
    }
  }

  *#next(): CoroutineGenerator<IteratorResult<Uint8Array, undefined>> {
    const line = yield* this.#readLine();
    return line.length === 0 ? { done: true, value: undefined } : { done: false, value: line };
  }

  *#readUntil(patterns: readonly Pattern[]): CoroutineGenerator<Uint8Array> {
    this.#throwIfFailed();
    const buffer = this.#buffer;
    const longest = patterns.at(-1)!.length;
    let from = buffer.position;
    for (;;) {
      const match = buffer.find(patterns, from);
      if (match !== null) return this.#takeUntil(match);
      // No separator begins before this, and one may be here in part.
      from = Math.max(from, buffer.position, buffer.end + 1 - longest);
      const searched = from - buffer.position;
      if (searched > this.#limit) throw new LimitOverrunError("Separator is not found, and chunk exceed the limit", searched);
      if (this.#eof) throw new IncompleteReadError(this.#take(buffer.length), null);
      yield* new MoreData(this, "readUntil", 1);
      from = Math.max(from, buffer.position);
    }
  }

  #takeUntil(match: Match): Uint8Array {
    const { position } = this.#buffer;
    const length = match.start - position;
    if (length > this.#limit) throw new LimitOverrunError("Separator is found, but chunk is longer than limit", length);
    return this.#take(match.end - position);
  }

  /** After a line that is too long: drops it with its newline, or all there is of it. */
  #dropLine(error: LimitOverrunError): RangeError {
    const buffer = this.#buffer;
    const newline = buffer.find(NEWLINE, buffer.position);
    buffer.drop(newline === null ? buffer.length : newline.end - buffer.position);
    this.#resumeTransport();
    return new RangeError(error.message, { cause: error });
  }

  #take(count: number): Uint8Array {
    const taken = this.#buffer.take(count);
    this.#resumeTransport();
    return taken;
  }

  #throwIfFailed(): void {
    if (this.#exception !== null) throw this.#exception;
  }

  /**
   * `wait` is woken when something has come, or the end; not for less than there has to be.
   * @internal
   */
  _waitForData(wait: DataWait<unknown>, reading: string, wanted: number): void {
    if (this.#waiter !== null) throw new RuntimeError(`${reading}() called while another coroutine is already waiting for incoming data`);
    this.#waiter = wait;
    this.#wanted = wanted;
    if (this.#transportPaused) this.#unpause();
  }

  /** @internal */
  _stopWaiting(wait: DataWait<unknown>): void {
    if (this.#waiter === wait) this.#waiter = null;
  }

  // -------------------------------------------------------------- what comes

  /** Whether the end has come and everything was read. */
  atEof(): boolean {
    return this.#eof && this.#buffer.length === 0;
  }

  /** The error that the stream failed with, null if it has not. */
  exception(): Error | null {
    return this.#exception;
  }

  /** Makes the stream fail: the read that waits, and all later ones, throw `error`. */
  setException(error: Error): void {
    this.#exception = error;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter?._isWaiting()) waiter._fail(error);
    this.#transport?.readerFailed?.(error);
  }

  /** Adds data, which is copied. @throws TypeError for anything but Uint8Array and string; RuntimeError after `feedEof`. */
  feedData(data: Data): void {
    checkData(data, "feed data");
    this._feed(copyOf(data));
  }

  /**
   * All that was received and not read.
   * @internal
   */
  _takeAll(): Uint8Array {
    return this.#take(this.#buffer.length);
  }

  /**
   * What comes now comes from another transport.
   * @internal
   */
  _replaceTransport(transport: ReadTransport): void {
    this.#transport = transport;
    this.#transportPaused = false;
    this.#pauseTransport();
  }

  /**
   * Where the data comes from, if that is no transport.
   * @internal
   */
  _setSource(source: ReadSource): void {
    this.#transport = source;
  }

  /**
   * Nobody will read on: ends what the data comes from.
   * @internal
   */
  _cancel(reason: unknown): void {
    this.#buffer.drop(this.#buffer.length);
    this.#transport?.close(reason);
  }

  /** @internal */
  get _loop(): NetLoop {
    return this.#loop as NetLoop;
  }

  /** Adds bytes that are the reader's own from now on. @internal */
  _feed(chunk: Uint8Array): void {
    if (this.#eof) throw new RuntimeError("Cannot feed data: feedEof() was called");
    this.#buffer.push(chunk);
    if (this.#buffer.length >= this.#wanted) this.#wake();
    this.#pauseTransport();
  }

  /** No more will come. */
  feedEof(): void {
    this.#eof = true;
    this.#wake();
    for (const ended of this.#onEnd ?? []) ended();
    this.#onEnd = null;
  }

  /**
   * Calls back when no more will come: later, if that is so already.
   * @internal
   */
  _whenEnded(callback: () => void): void {
    if (this.#eof) this.#loop.callSoon(callback);
    else (this.#onEnd ??= []).push(callback);
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter?._isWaiting()) waiter._wake();
  }

  // -------------------------------------------------------------- flow control

  /** Where the data comes from; it is paused while too much is unread. @throws RuntimeError when there is one already. */
  setTransport(transport: ReadTransport): void {
    if (this.#transport !== null) throw new RuntimeError("Cannot set the transport: it was set before");
    this.#transport = transport;
  }

  /** Not while somebody waits for more than that. */
  #pauseTransport(): void {
    const transport = this.#transport;
    if (transport === null || this.#transportPaused || this.#buffer.length <= 2 * this.#limit) return;
    if (this.#waiter !== null && this.#buffer.length < this.#wanted) return;
    try {
      transport.pauseReading();
      this.#transportPaused = true;
    } catch (error) {
      if (!(error instanceof UnsupportedOperationError)) throw error;
      this.#transport = null; // it cannot be paused: everything has to be kept
    }
  }

  #resumeTransport(): void {
    if (this.#transportPaused && this.#buffer.length <= this.#limit) this.#unpause();
  }

  #unpause(): void {
    this.#transportPaused = false;
    this.#transport!.resumeReading();
  }
}

/** @throws TypeError unless it is a number or left out, RangeError unless it is positive. */
export function checkLimit(limit: unknown): void {
  if (limit === undefined) return;
  if (typeof limit !== "number") {
    throw new TypeError(`Cannot make a stream reader: the limit is no number but ${typeName(limit)}`);
  }
  if (!(limit > 0)) throw new RangeError(`Cannot make a stream reader: the limit must be > 0, not ${limit}`);
}

function checkCount(n: unknown, action: string): asserts n is number {
  if (typeof n !== "number") throw new TypeError(`Cannot ${action}: a number of bytes was expected, got ${typeName(n)}`);
  if (!Number.isInteger(n)) throw new RangeError(`Cannot ${action}: a whole number of bytes was expected, got ${n}`);
}

function patternsOf(separator: Data | readonly Data[]): readonly Pattern[] {
  const separators = typeof separator === "string" || separator instanceof Uint8Array ? [separator] : separator;
  if (!Array.isArray(separators)) checkData(separators, "read until a separator");
  const patterns = (separators as readonly unknown[]).map((one) => {
    checkData(one, "read until a separator");
    return copyOf(one);
  });
  if (patterns.length === 0) throw new RangeError("Separator should contain at least one element");
  patterns.sort((a, b) => a.length - b.length);
  if (patterns[0]!.length === 0) throw new RangeError("Separator should be at least one-byte string");
  return patterns;
}
