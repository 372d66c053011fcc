/**
 * Writing to a stream.
 *
 * @module
 */
import {
  type AbstractEventLoop,
  type Awaitable,
  awaitable,
  type CoroutineGenerator,
  Lazy,
  type Reject,
  type Resolve,
  reused,
  type Strand,
  type Suspend,
} from "../core/mod.ts";
import type { BaseProtocol } from "../net/base_protocol.ts";
import type { NetLoop } from "../net/net_loop.ts";
import type { SslContext } from "../net/ssl_context.ts";
import { type StartTlsOptions, tlsOfUpgrade } from "../net/tls_options.ts";
import type { Data, ExtraInfo, Transport, WriteTransport } from "../net/transports.ts";
import type { StreamReader } from "./stream_reader.ts";
import { type GatedProtocol, WriteGate } from "./write_gate.ts";

/** A protocol whose connection can go on by TLS. */
interface UpgradableProtocol {
  readonly _isServer: boolean;
  _startTls(transport: Transport, context: SslContext, options: StartTlsOptions): CoroutineGenerator<Transport>;
}

/** A drain, which mostly has nothing to wait for: then it costs an object, and else what a coroutine does. */
class Drain extends Lazy<void> {
  readonly #writer: StreamWriter;
  #used = false;

  constructor(writer: StreamWriter) {
    super();
    this.#writer = writer;
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  get _unused(): boolean {
    return !this.#used;
  }

  [Symbol.iterator](): Iterator<Suspend | undefined, void, unknown> {
    if (this.#used) throw reused();
    this.#used = true;
    return this.#writer._mayGoOn() ? this : this.#writer._drain();
  }

  /** There was nothing to wait for. */
  next(): IteratorResult<undefined, void> {
    return { done: true, value: undefined };
  }

  override _drive(strand: Strand, resolve: Resolve, reject: Reject): void {
    if (this.#used || !this.#writer._mayGoOn()) return super._drive(strand, resolve, reject);
    this.#used = true;
    resolve(undefined);
  }
}

/**
 * Writes to a transport. `write` never waits; wait for `drain` after it, so as not to be faster than the peer:
 *
 *     writer.write(data);
 *     await writer.drain();
 *
 * Disposing it closes it and waits for the end of the connection.
 */
export class StreamWriter {
  #transport: WriteTransport;
  readonly #protocol: BaseProtocol;
  readonly #reader: StreamReader | null;

  /** For transports of your own; `openConnection` and `startServer` make them otherwise. The loop need not be given: the protocol has it. */
  constructor(
    transport: WriteTransport,
    protocol: BaseProtocol,
    reader: StreamReader | null,
    _options?: { readonly loop?: AbstractEventLoop },
  ) {
    this.#transport = transport;
    this.#protocol = protocol;
    this.#reader = reader;
  }

  /** What it writes to. */
  get transport(): Transport {
    return this.#transport as Transport;
  }

  /** Sends a copy of `data` as soon as possible. @throws TypeError unless it is a Uint8Array or string; RuntimeError after `writeEof`. */
  write(data: Data): void {
    this.#transport.write(data);
  }

  /** Writes each in turn. @throws as `write`, before any is written. */
  writeLines(chunks: Iterable<Data>): void {
    this.#transport.writeLines(chunks);
  }

  /** Ends the sending half after what was written; the peer may still be read. */
  writeEof(): void {
    this.#transport.writeEof();
  }

  /** Whether `writeEof` can be used. */
  canWriteEof(): boolean {
    return this.#transport.canWriteEof();
  }

  /** Sends what was written, then ends the connection. */
  close(): void {
    this.#transport.close();
  }

  /** Whether it is closing or closed. */
  isClosing(): boolean {
    return this.#transport.isClosing();
  }

  /** What is known of the connection; undefined for what is not. */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  /** The same with `fallback` in place of undefined. */
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  getExtraInfo<K extends keyof ExtraInfo>(name: K, fallback?: unknown): unknown {
    return this.#transport.getExtraInfo(name, fallback);
  }

  /**
   * Waits while the transport holds more than its high-water mark, until that has fallen to the low-water mark. Gives up no turn
   * otherwise; one turn when it is closing, so that a loop of writes and drains sees the end of the connection.
   *
   * @throws the error that the stream failed with; ConnectionResetError once the connection is gone.
   */
  drain(): Awaitable<void> {
    return new Drain(this);
  }

  /** Whether `drain` has nothing to wait for, and nothing to tell. @internal */
  _mayGoOn(): boolean {
    return (this.#reader === null || this.#reader.exception() === null) && !this.#transport.isClosing() && this.#gate("drain").isOpen();
  }

  /** @internal */
  *_drain(): CoroutineGenerator<void> {
    const error = this.#reader?.exception() ?? null;
    if (error !== null) throw error;
    if (this.#transport.isClosing()) yield;
    yield* this.#gate("drain").drain();
  }

  /** Waits until the connection is gone, after `close()` or by itself. @throws the error that it was lost with. */
  waitClosed(): Awaitable<void> {
    return awaitable(this.#waitClosed());
  }

  *#waitClosed(): CoroutineGenerator<void> {
    yield* this.#gate("wait until the connection is closed").waitClosed();
  }

  /**
   * Goes on by TLS, after what was written: both sides have to agree on when. The one that accepted the connection is the server, unless
   * `serverSide` says otherwise. Options as of `EventLoop.startTls`.
   *
   * @throws as `EventLoop.startTls`; the connection is then closed. Cancelling it closes the connection too.
   */
  startTls(context: SslContext, options: StartTlsOptions = {}): Awaitable<void> {
    const { _isServer } = this.#protocol as Partial<UpgradableProtocol>;
    const all = { serverSide: _isServer === true, ...options };
    tlsOfUpgrade(context, all); // what cannot be right is told at the call
    return awaitable(this.#startTls(context, all));
  }

  *#startTls(context: SslContext, options: StartTlsOptions): CoroutineGenerator<void> {
    const protocol = this.#protocol as Partial<UpgradableProtocol>;
    if (protocol._startTls === undefined) throw new TypeError("Cannot start TLS: the writer's protocol is no StreamReaderProtocol");
    yield* this._drain();
    this.#transport = yield* protocol._startTls(this.transport, context, options);
  }

  /**
   * Calls back when the connection is lost, with the error if there is one.
   * @internal
   */
  _whenLost(callback: (error: Error | null) => void): void {
    this.#gate("make a web stream")._whenLost(callback);
  }

  /**
   * Ends the sending half, and closes once the peer's end has come too, for then nobody has anything left to do.
   * @internal
   */
  _finish(): void {
    this.writeEof();
    if (this.#reader === null) this.close();
    else this.#reader._whenEnded(() => this.close());
  }

  /** @internal */
  get _loop(): NetLoop {
    return this.#gate("make a web stream")._loop;
  }

  #gate(action: string): WriteGate {
    const gate = (this.#protocol as Partial<GatedProtocol>)._gate;
    if (gate instanceof WriteGate) return gate;
    throw new TypeError(`Cannot ${action}: the writer's protocol is no StreamReaderProtocol`);
  }

  /** Closes it, and waits as `waitClosed`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return this.waitClosed();
  }
}
