/**
 * The transport of a pipe that is written.
 *
 * @module
 */
import type { Future } from "../core/mod.ts";
import { BrokenPipeError } from "../errors.ts";
import type { WritePipe, WritePipeEvents } from "../runtime/pipe_driver.ts";
import type { BaseProtocol } from "./base_protocol.ts";
import { checkData } from "./data.ts";
import { FlowControl } from "./flow_control.ts";
import type { NetLoop } from "./net_loop.ts";
import { Pipe } from "./pipe.ts";
import type { Data, ExtraInfo, WriteTransport } from "./transports.ts";
import { WriteQueue } from "./write_queue.ts";

/**
 * A WriteTransport over a pipe of the host.
 *
 *     made ── begin ──▶ open ── close, writeEof ──▶ closing ── all is sent ──▶ connectionLost, then the pipe is closed
 *                         └──────── abort, nobody reads any more ────────────▶ ▲
 *
 * All that is written in one turn of the loop is handed to the host in the next one.
 */
export class WritePipeTransport extends FlowControl implements WriteTransport, WritePipeEvents {
  readonly #pipe: Pipe<WritePipe>;
  readonly #queue: WriteQueue;
  #started = false;
  #flushing = false;

  constructor(loop: NetLoop, handle: WritePipe, protocol: Partial<BaseProtocol>) {
    super(loop);
    this.#pipe = new Pipe(loop, handle, protocol);
    this.#queue = new WriteQueue(loop, handle);
  }

  /** Calls `connectionMade` in the next turn, then listens to the pipe, then completes `waiter`. Once. */
  begin(waiter: Future<void> | null = null): void {
    this.#pipe.begin(this, () => this._start(), waiter);
  }

  /**
   * Listens to the pipe, for a protocol that is not to be told of the connection.
   * @internal
   */
  _start(): void {
    if (this.#pipe.lost) return;
    this.#started = true;
    this.#pipe.handle.start(this);
    this.#queue.pump();
  }

  isClosing(): boolean {
    return this.#pipe.closing;
  }

  getProtocol(): BaseProtocol {
    return this.#pipe.protocol as BaseProtocol;
  }

  setProtocol(protocol: Partial<BaseProtocol>): void {
    this.#pipe.protocol = protocol;
  }

  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  getExtraInfo(name: string, fallback?: unknown): unknown {
    return this.#pipe.extraInfo(name, fallback);
  }

  /** For people. */
  override toString(): string {
    return this.#pipe.describe("WriteTransport");
  }

  // -------------------------------------------------------------- events of the host

  /**
   * Mostly nothing follows from it, and the loop is left alone.
   * @internal
   */
  onWritten(bytes: number): void {
    if (this.#pipe.lost) return;
    this.#queue.taken(bytes);
    if (this.#pipe.closing || this._isPaused() || this.#queue.waiting > 0) this.#pipe.deliver(this.#goOnWriting, null);
  }

  /** @internal */
  onGone(error: Error | null): void {
    if (!this.#pipe.lost) this.#pipe.deliver(this.#readerGone, error);
  }

  /**
   * Nobody reads any more. What is held is lost, and that is an error even if the host does not call it one.
   * @internal
   */
  _readerGone(): void {
    this.#readerGone(null);
  }

  readonly #readerGone = (error: Error | null): void => {
    const unsent = this.#queue.size > 0;
    this.#queue.clear();
    this.#pipe.lose(
      error ?? (unsent ? new BrokenPipeError("Cannot go on writing: nobody reads any more (EPIPE)", { code: "EPIPE" }) : null),
    );
  };

  // -------------------------------------------------------------- writing

  getWriteBufferSize(): number {
    return this.#queue.size;
  }

  write(data: Data): void {
    checkData(data, "write");
    if (data.length > 0) this.#add(data);
  }

  writeLines(chunks: Iterable<Data>): void {
    const lines = [...chunks];
    for (const line of lines) checkData(line, "write");
    for (const line of lines) if (line.length > 0) this.#add(line);
  }

  #add(data: Data): void {
    if (this.#pipe.closing) return;
    this.#queue.add(data);
    this.#flushSoon();
    this._pauseIfFull();
  }

  /** In the next turn, so that what is written in this one goes out together. */
  #flushSoon(): void {
    if (this.#flushing || !this.#started) return;
    this.#flushing = true;
    this.#pipe.loop.callSoon(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    if (!this.#pipe.lost) this.#queue.pump();
  };

  readonly #goOnWriting = (): void => {
    const pipe = this.#pipe;
    if (pipe.lost) return;
    this.#queue.pump();
    this._resumeIfDrained();
    if (!pipe.closing || pipe.lost || this.#queue.size > 0) return;
    pipe.lost = true;
    pipe.tellLost(null);
  };

  canWriteEof(): boolean {
    return true;
  }

  /** The same as `close`: a pipe has nothing but its writing half. */
  writeEof(): void {
    this.close();
  }

  close(): void {
    if (this.#pipe.closing) return;
    this.#pipe.closing = true;
    if (this.#queue.size === 0 || this.#pipe.loop.isClosed()) this.#pipe.lose(null);
  }

  abort(): void {
    this.#queue.clear();
    this.#pipe.lose(null);
  }
}
