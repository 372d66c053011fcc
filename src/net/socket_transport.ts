/**
 * The transport of a stream socket.
 *
 * @module
 */
import { Deque } from "../_internal/deque.ts";
import { typeName } from "../_internal/type_name.ts";
import { type Context, copyContext, type Future, type Runnable, running } from "../core/mod.ts";
import { OSError, RuntimeError, UnsupportedOperationError } from "../errors.ts";
import type { Endpoint, SocketEvents, SocketHandle } from "../runtime/net_driver.ts";
import { checkData } from "./data.ts";
import { FlowControl } from "./flow_control.ts";
import type { BaseProtocol } from "./base_protocol.ts";
import { unmappedAddress } from "./ip_address.ts";
import type { NetLoop } from "./net_loop.ts";
import type { BufferedProtocol, Protocol, StreamProtocol } from "./protocols.ts";
import type { Data, ExtraInfo, SocketAddress, Transport } from "./transports.ts";
import { WriteQueue } from "./write_queue.ts";

/** Something the host told about what was received: bytes, the end (null), or that the socket is gone. */
type Arrival = Uint8Array | null | Gone;

/** The socket is gone, with an error or without. */
interface Gone {
  readonly error: Error | null;
}

/** What a transport does in a turn of the loop: takes an arrival, or what is said. */
type Step = Arrival | "take what is held" | "flush" | "go on writing";

/** One step. */
class Turn implements Runnable {
  readonly #transport: SocketTransport;
  readonly #step: Step;

  constructor(transport: SocketTransport, step: Step) {
    this.#transport = transport;
    this.#step = step;
  }

  get _callsUser(): boolean {
    return this.#step !== "flush";
  }

  _run(): void {
    this.#transport._do(this.#step);
  }

  toString(): string {
    return `<${typeof this.#step === "string" ? this.#step : "arrival"} of ${this.#transport}>`;
  }
}

/** A connection, as its server sees it: a transport, or a layer whose transport is to come. */
export interface Client {
  close(): void;
  abort(): void;
}

/** Who wants to know of a connection's end: a server. */
export interface TransportOwner {
  /** The connection is gone. */
  _detach(client: Client): void;
  /** The connection goes on as `successor`, whose end is its end. */
  _replace(client: Client, successor: Client): void;
}

/** A layer between two transports, such as TLS, in the place of a socket. It has no half-closed state: who gets the peer's end closes too. */
export interface LayerHandle extends SocketHandle {
  /**
   * Closing has begun: what the transport holds is still written. Nothing that comes is told any more, and yet it is read, up to the end:
   * else two peers that close with much to send would wait for each other.
   */
  closing(): void;
  /** Ends the connection with due ceremony, after `closing`; `onClose` is told when that is over. */
  shutdown(): void;
  /** What the layer, or what is below it, knows of the connection. */
  extraInfo(name: keyof ExtraInfo, fallback: unknown): unknown;
}

/** How many received bytes wait at the most for a loop that does not run; then the host is asked to read no more. */
const READ_AHEAD = 256 * 1024;
/** What is written in pieces of this size or more goes out at once: to wait for more of it would save nothing. */
const LARGE_WRITE = 8 * 1024;

/**
 * A Transport over a socket of the host.
 *
 *     made ── begin ──▶ open ── close ──▶ closing ── all is sent ──▶ lost ──▶ connectionLost, then the socket is closed
 *                         └──────── abort, error ────────────────────▶ ▲
 *
 * All that is written in one turn of the loop is handed to the host in the next one. Events of the host run in the loop, in the host's
 * order and in the context of variables in which the transport was made; while reading is paused they wait.
 */
export class SocketTransport extends FlowControl implements Transport, SocketEvents {
  readonly #loop: NetLoop;
  readonly #handle: SocketHandle;
  /** The handle, if it is that of a layer. */
  readonly #layer: LayerHandle | null;
  #owner: TransportOwner | null;
  readonly #context: Context = copyContext();
  #protocol: Partial<Protocol>;
  /** The protocol, if it has memory of its own to receive into. */
  #buffered: Partial<BufferedProtocol> | null = null;
  /** The socket's events are listened to. */
  #started = false;
  /** `close` or `abort` was called, or an error came. */
  #closing = false;
  /** `connectionLost` was called or is about to be. */
  #lost = false;
  /** Whether the socket is to be closed by a reset. */
  #reset = false;

  /** `pauseReading` was called. */
  #paused = false;
  #hostPaused = false;
  /** How many bytes arrived and were not given to the protocol. */
  #undelivered = 0;
  /** What arrived while reading was paused. */
  readonly #held = new Deque<Arrival>();
  /** What is left of a chunk that was larger than the protocol's memory: before all that is held. */
  #rest: Uint8Array | null = null;
  /** The error of a socket that went while reading was paused. */
  #heldError: Error | null = null;

  readonly #queue: WriteQueue;
  #flushing = false;
  readonly #flushTurn = new Turn(this, "flush");
  /** The queue is being pumped: a host that takes something at once may say so meanwhile. */
  #pumping = false;
  #eofAsked = false;
  #eofSent = false;

  constructor(loop: NetLoop, handle: SocketHandle, protocol: StreamProtocol, owner: TransportOwner | null = null) {
    super(loop);
    this.#loop = loop;
    this.#handle = handle;
    this.#queue = new WriteQueue(loop, handle);
    this.#layer = "shutdown" in handle ? handle as LayerHandle : null;
    this.#protocol = protocol as Partial<Protocol>;
    this.#buffered = asBuffered(protocol);
    this.#owner = owner;
    loop._open.add(handle);
  }

  /** Calls `connectionMade` in the next turn (not without `announce`), then listens to the socket, then completes `waiter`. Once. */
  begin(waiter: Future<void> | null = null, announce = true): void {
    if (announce) this.#loop.callSoon(() => this.#protocol.connectionMade?.(this));
    this.#loop.callSoon(() => this.#start());
    if (waiter === null) return;
    this.#loop.callSoon(() => {
      if (!waiter.done()) waiter.setResult(undefined);
    });
  }

  #start(): void {
    if (this.#lost) return;
    this.#started = true;
    if (this.#paused || (this.#closing && this.#layer === null)) this.#pauseHost();
    this.#handle.start(this);
    if (this.#closing) this.#layer?.closing();
    this.#flush();
  }

  // -------------------------------------------------------------- about it

  isClosing(): boolean {
    return this.#closing;
  }

  getProtocol(): BaseProtocol {
    return this.#protocol as BaseProtocol;
  }

  setProtocol(protocol: Partial<BaseProtocol>): void {
    this.#protocol = protocol;
    this.#buffered = asBuffered(protocol);
  }

  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  getExtraInfo(name: keyof ExtraInfo, fallback?: unknown): unknown {
    if (this.#layer !== null) return this.#layer.extraInfo(name, fallback);
    if (name === "peername") return addressOf(this.#handle.remoteAddress);
    if (name === "sockname") return addressOf(this.#handle.localAddress);
    return name === "socket" ? this.#handle.native : fallback;
  }

  /**
   * A layer takes its place with its owner, which is given.
   * @internal
   */
  _cedeTo(layer: Client): TransportOwner | null {
    const owner = this.#owner;
    this.#owner = null;
    owner?._replace(this, layer);
    return owner;
  }

  /** For people. */
  override toString(): string {
    const state = this.#lost ? "closed" : this.#closing ? "closing" : "open";
    return `<Transport ${state} peername=${describe(this.#handle.remoteAddress)}>`;
  }

  // -------------------------------------------------------------- events of the host

  /** @internal */
  get borrows(): boolean {
    return this.#buffered !== null;
  }

  /** @internal */
  onData(chunk: Uint8Array): void {
    this.#undelivered += chunk.length;
    if (this.#undelivered > READ_AHEAD) this.#pauseHost();
    this.#deliver(chunk);
  }

  /** @internal */
  onEnd(): void {
    this.#deliver(null);
  }

  /** @internal */
  onClose(error: Error | null): void {
    this.#deliver({ error });
  }

  /**
   * Mostly nothing follows from it, and the loop is left alone.
   * @internal
   */
  onWritten(bytes: number): void {
    if (this.#lost) return;
    this.#queue.taken(bytes);
    if (!this.#pumping && this.#hasMoreToWrite()) this.#deliver("go on writing");
  }

  #hasMoreToWrite(): boolean {
    return this.#closing || this.#eofAsked || this._isPaused() || this.#queue.waiting > 0;
  }

  /** What the host tells after the end, of its own closing mostly, concerns nobody. */
  #deliver(step: Step): void {
    if (!this.#lost) this.#loop._deliverItem(new Turn(this, step));
  }

  /**
   * One step, in the context of variables in which the transport was made.
   * @internal
   */
  _do(step: Step): void {
    running.context = this.#context;
    try {
      if (step === "flush") this.#flush();
      else if (step === "go on writing") this.#goOnWriting();
      else if (step === "take what is held") this.#takeHeld();
      else this.#arrive(step);
    } catch (exception) {
      this.#loop.callExceptionHandler({ message: `Exception in ${this}`, exception, transport: this });
    } finally {
      running.context = null;
    }
  }

  // -------------------------------------------------------------- reading

  isReading(): boolean {
    return !this.#closing && !this.#paused;
  }

  pauseReading(): void {
    if (!this.isReading()) return;
    this.#paused = true;
    this.#pauseHost();
  }

  resumeReading(): void {
    if (this.#closing || !this.#paused) return;
    this.#paused = false;
    this.#readOn();
  }

  /** First what is held, one piece a turn; then the host may read. */
  #readOn(): void {
    if (this.#holds()) this.#loop._schedule(new Turn(this, "take what is held"));
    else this.#resumeHost();
  }

  #takeHeld(): void {
    if (!this.isReading() || !this.#holds()) return;
    const rest = this.#rest;
    this.#rest = null;
    if (rest === null) this.#take(this.#held.shift()!);
    else this.#takeData(rest);
    if (this.isReading()) this.#readOn();
  }

  #holds(): boolean {
    return this.#rest !== null || this.#held.length > 0;
  }

  #arrive(arrival: Arrival): void {
    if (this.#lost) return;
    const gone = isGone(arrival);
    if (this.#closing) {
      if (gone) this.#forceClose(arrival.error); // what was to be sent cannot be any more
    } else if (gone && arrival.error !== null && this.#queue.size > 0) this.#forceClose(arrival.error);
    else if (this.#paused || this.#holds()) this.#hold(arrival);
    else {
      this.#take(arrival);
      if (this.#rest !== null && this.isReading()) this.#readOn();
    }
  }

  #hold(arrival: Arrival): void {
    this.#held.push(arrival);
    if (isGone(arrival)) this.#heldError = arrival.error;
  }

  #take(arrival: Arrival): void {
    if (arrival === null) this.#takeEnd();
    else if (isGone(arrival)) this.#takeGone(arrival.error);
    else this.#takeData(arrival);
  }

  #takeData(chunk: Uint8Array): void {
    if (this.#buffered !== null) this.#fillBuffer(this.#buffered, chunk);
    else {
      this.#undelivered -= chunk.length;
      try {
        this.#protocol.dataReceived?.(chunk);
      } catch (error) {
        return this.#fail(error, "Fatal error: protocol.data_received() call failed.");
      }
    }
    if (this.#hostPaused && this.isReading() && !this.#holds()) this.#resumeHost();
  }

  /** Copies as much as there is room for in the protocol's memory. */
  #fillBuffer(protocol: Partial<BufferedProtocol>, chunk: Uint8Array): void {
    let call = "get_buffer";
    try {
      const buffer = checkBuffer(protocol.getBuffer!(chunk.length));
      const count = Math.min(buffer.length, chunk.length);
      buffer.set(count < chunk.length ? chunk.subarray(0, count) : chunk);
      this.#undelivered -= count;
      if (count < chunk.length) this.#rest = chunk.subarray(count);
      else this.#handle.giveBack?.(chunk);
      call = "buffer_updated";
      protocol.bufferUpdated?.(count);
    } catch (error) {
      this.#fail(error, `Fatal error: protocol.${call}() call failed.`);
    }
  }

  #takeEnd(): void {
    let keepOpen: unknown;
    try {
      keepOpen = this.#protocol.eofReceived?.();
    } catch (error) {
      return this.#fail(error, "Fatal error: protocol.eof_received() call failed.");
    }
    if (!keepOpen || this.#layer !== null) this.close();
  }

  /** Without an error both directions have ended, and there is nothing to do before `close`. */
  #takeGone(error: Error | null): void {
    if (error !== null || !this.#eofSent) this.#forceClose(error);
  }

  #dropHeld(): void {
    this.#held.clear();
    this.#rest = null;
  }

  #pauseHost(): void {
    if (this.#hostPaused) return;
    this.#hostPaused = true;
    this.#handle.pause();
  }

  #resumeHost(): void {
    if (!this.#hostPaused || this.#undelivered > READ_AHEAD / 2) return;
    this.#hostPaused = false;
    this.#handle.resume();
  }

  // -------------------------------------------------------------- writing

  getWriteBufferSize(): number {
    return this.#queue.size;
  }

  write(data: Data): void {
    checkData(data, "write");
    this.#checkEof("write");
    if (data.length > 0) this.#add(data);
  }

  writeLines(chunks: Iterable<Data>): void {
    const lines = [...chunks];
    for (const line of lines) checkData(line, "write");
    this.#checkEof("write");
    for (const line of lines) if (line.length > 0) this.#add(line);
  }

  #checkEof(action: string): void {
    if (this.#eofAsked) throw new RuntimeError(`Cannot ${action}: writeEof() was called`);
  }

  #add(data: Data): void {
    if (this.#closing) return;
    if (this.#heldError !== null) return this.#forceClose(this.#heldError);
    if (data.length >= LARGE_WRITE && typeof data !== "string" && this.#started && this.#layer === null) this.#send(data);
    else {
      this.#queue.add(data);
      this.#flushSoon();
    }
    this._pauseIfFull();
  }

  #send(data: Uint8Array): void {
    this.#pumping = true;
    this.#queue.pump();
    this.#queue.send(data);
    this.#queue.pump();
    this.#pumping = false;
    if (this.#queue.waiting > 0) this.#flushSoon();
  }

  canWriteEof(): boolean {
    return this.#layer === null;
  }

  writeEof(): void {
    if (this.#layer !== null) throw new UnsupportedOperationError("Cannot writeEof: TLS has no half-closed connections; use close()");
    if (this.#closing || this.#eofAsked) return;
    this.#eofAsked = true;
    this.#flushSoon();
  }

  /** In the next turn, so that what is written in this one goes out together. */
  #flushSoon(): void {
    if (this.#flushing || !this.#started) return;
    this.#flushing = true;
    this.#loop._schedule(this.#flushTurn);
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#lost) return;
    this.#pump();
    if (this.#closing || this._isPaused()) this.#loop._schedule(new Turn(this, "go on writing"));
  }

  #pump(): void {
    this.#pumping = true;
    this.#queue.pump();
    this.#pumping = false;
    if (!this.#eofAsked || this.#eofSent || this.#queue.waiting > 0) return;
    this.#eofSent = true;
    this.#handle.closeWrite();
  }

  #goOnWriting(): void {
    if (this.#lost) return;
    this.#pump();
    this._resumeIfDrained();
    if (!this.#closing || this.#lost || this.#queue.size > 0) return;
    if (this.#layer !== null) return this.#layer.shutdown();
    this.#lost = true;
    this.#loseConnection(null);
  }

  // -------------------------------------------------------------- closing

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#dropHeld();
    if (this.#layer === null) this.#pauseHost();
    else if (this.#started) this.#layer.closing();
    if (this.#loop.isClosed()) this.#forceClose(null);
    else if (this.#queue.size === 0) this.#endConnection();
  }

  /** Everything is sent. */
  #endConnection(): void {
    if (this.#lost) return;
    if (this.#layer === null) this.#forceClose(null);
    else if (this.#started) this.#layer.shutdown();
    else this.#loop.callSoon(() => this.#endConnection()); // it is about to begin
  }

  abort(options: { readonly reset?: boolean } = {}): void {
    if (!this.#lost) this.#reset = options.reset === true;
    this.#forceClose(null);
  }

  /** An error of the protocol's is reported, one of the system's is only told to the protocol. */
  #fail(error: unknown, message: string): void {
    if (!(error instanceof OSError)) {
      this.#loop.callExceptionHandler({ message, exception: error, transport: this, protocol: this.#protocol });
    }
    this.#forceClose(error instanceof Error ? error : new RuntimeError(message, { cause: error }));
  }

  #forceClose(error: Error | null): void {
    if (this.#lost) return;
    this.#closing = true;
    this.#lost = true;
    this.#queue.clear();
    this.#dropHeld();
    this.#pauseHost();
    if (this.#loop.isClosed()) this.#handle.close(this.#reset); // nobody can be told
    else this.#loop.callSoon(() => this.#loseConnection(error));
  }

  #loseConnection(error: Error | null): void {
    try {
      this.#protocol.connectionLost?.(error);
    } finally {
      this.#handle.close(this.#reset);
      this.#loop._open.delete(this.#handle);
      this.#owner?._detach(this);
    }
  }
}

function asBuffered(protocol: Partial<BaseProtocol> & Partial<BufferedProtocol>): Partial<BufferedProtocol> | null {
  return typeof protocol.getBuffer === "function" ? protocol : null;
}

function checkBuffer(buffer: unknown): Uint8Array {
  if (!(buffer instanceof Uint8Array)) throw new TypeError(`getBuffer() must return a Uint8Array, not ${typeName(buffer)}`);
  if (buffer.length === 0) throw new RuntimeError("getBuffer() returned an empty buffer");
  return buffer;
}

function isGone(arrival: Arrival): arrival is Gone {
  return arrival !== null && !(arrival instanceof Uint8Array);
}

/** The address as people know it: IPv4 as such on a socket that takes both families. A host that does not know it any more tells an empty one. */
function addressOf(endpoint: Endpoint): SocketAddress | null {
  if (!("host" in endpoint)) return endpoint;
  if (endpoint.host === "") return null;
  const mapped = unmappedAddress(endpoint.host);
  return mapped === null ? endpoint : { host: mapped, port: endpoint.port, family: "IPv4" };
}

function describe(endpoint: Endpoint): string {
  return "host" in endpoint ? `${endpoint.host}:${endpoint.port}` : endpoint.path;
}
