/**
 * The transport of a pipe that is read.
 *
 * @module
 */
import { Deque } from "../_internal/deque.ts";
import type { Future } from "../core/mod.ts";
import type { ReadPipe, ReadPipeEvents } from "../runtime/pipe_driver.ts";
import type { BaseProtocol } from "./base_protocol.ts";
import type { NetLoop } from "./net_loop.ts";
import { Pipe } from "./pipe.ts";
import type { Protocol } from "./protocols.ts";
import type { ExtraInfo, ReadTransport } from "./transports.ts";

/** How many received bytes wait at the most for a loop that does not run; then the host is asked to read no more. */
const READ_AHEAD = 256 * 1024;

/** Something the host told: bytes, the end (null), or an error. */
type Arrival = Uint8Array | null | Error;

/**
 * A ReadTransport over a pipe of the host.
 *
 *     made ── begin ──▶ open ── end of the pipe ──▶ eofReceived, then connectionLost, then the pipe is closed
 *                         └──── close, error ─────────────────────────▶ ▲
 *
 * While reading is paused, what the host tells waits, the end too.
 */
export class ReadPipeTransport implements ReadTransport, ReadPipeEvents {
  readonly #pipe: Pipe<ReadPipe>;
  #paused = false;
  #hostPaused = false;
  /** How many bytes arrived and were not given to the protocol. */
  #undelivered = 0;
  /** What arrived while reading was paused. */
  readonly #held = new Deque<Arrival>();

  constructor(loop: NetLoop, handle: ReadPipe, protocol: Partial<Protocol>) {
    this.#pipe = new Pipe(loop, handle, protocol);
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
    if (!this.#pipe.lost) this.#pipe.handle.start(this);
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
  toString(): string {
    return this.#pipe.describe("ReadTransport");
  }

  // -------------------------------------------------------------- events of the host

  /** @internal */
  onData(chunk: Uint8Array): void {
    this.#undelivered += chunk.length;
    if (this.#undelivered > READ_AHEAD) this.#pauseHost();
    this.#pipe.deliver(this.#arrive, chunk);
  }

  /** @internal */
  onEnd(): void {
    this.#pipe.deliver(this.#arrive, null);
  }

  /** @internal */
  onError(error: Error): void {
    this.#pipe.deliver(this.#arrive, error);
  }

  // -------------------------------------------------------------- reading

  isReading(): boolean {
    return !this.#pipe.closing && !this.#paused;
  }

  pauseReading(): void {
    if (!this.isReading()) return;
    this.#paused = true;
    this.#pauseHost();
  }

  resumeReading(): void {
    if (this.#pipe.closing || !this.#paused) return;
    this.#paused = false;
    this.#readOn();
  }

  /** First what is held, one piece a turn; then the host may read. */
  #readOn(): void {
    if (this.#held.length > 0) this.#pipe.loop.callSoon(this.#pipe.inContext, this.#takeHeld, null);
    else this.#resumeHost();
  }

  readonly #takeHeld = (): void => {
    if (!this.isReading() || this.#held.length === 0) return;
    this.#take(this.#held.shift()!);
    if (this.isReading()) this.#readOn();
  };

  readonly #arrive = (arrival: Arrival): void => {
    if (this.#pipe.closing) return;
    if (this.#paused || this.#held.length > 0) this.#held.push(arrival);
    else this.#take(arrival);
  };

  #take(arrival: Arrival): void {
    if (arrival === null) this.#takeEnd();
    else if (arrival instanceof Uint8Array) this.#takeData(arrival);
    else this.#pipe.lose(arrival);
  }

  #takeData(chunk: Uint8Array): void {
    this.#undelivered -= chunk.length;
    try {
      this.#pipe.protocol.dataReceived?.(chunk);
    } catch (error) {
      return this.#pipe.fail(this, error, "Fatal error: protocol.data_received() call failed.");
    }
    if (this.#hostPaused && this.isReading() && this.#held.length === 0) this.#resumeHost();
  }

  /** Whatever `eofReceived` answers: there is nothing left to keep open. */
  #takeEnd(): void {
    this.#pipe.closing = true;
    const { loop, protocol } = this.#pipe;
    if (protocol.eofReceived !== undefined) loop.callSoon(() => void protocol.eofReceived!());
    this.#pipe.lose(null);
  }

  #pauseHost(): void {
    if (this.#hostPaused) return;
    this.#hostPaused = true;
    this.#pipe.handle.pause();
  }

  #resumeHost(): void {
    if (!this.#hostPaused || this.#undelivered > READ_AHEAD / 2) return;
    this.#hostPaused = false;
    this.#pipe.handle.resume();
  }

  close(): void {
    if (this.#pipe.closing) return;
    this.#held.clear();
    this.#pauseHost();
    this.#pipe.lose(null);
  }
}
