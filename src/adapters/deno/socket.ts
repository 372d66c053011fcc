/**
 * SocketHandle over a connection of Deno, whose reads and writes are promises.
 *
 * @module
 */
import { Deque } from "../../_internal/deque.ts";
import type { Endpoint, InetEndpoint, SocketEvents, SocketHandle } from "../../runtime/net_driver.ts";
import { placeOf, toOSError } from "../shared/error_map.ts";
import type { DenoAddress, DenoConn, DenoTcpConn } from "./deno_namespace.ts";

/** An address as Deno tells it. */
export function endpointOf({ hostname, port }: DenoAddress): InetEndpoint {
  return { host: hostname, port, family: hostname.includes(":") ? "IPv6" : "IPv4" };
}

/** The socket of a TCP connection. */
export function tcpSocket(conn: DenoTcpConn): SocketHandle {
  conn.setNoDelay(true);
  return new DenoSocketHandle(conn, endpointOf(conn.localAddr), endpointOf(conn.remoteAddr));
}

/** The first buffer for reading, for most connections are idle; one that is filled is followed by a larger one, one that is hardly used by a smaller. */
const SMALLEST_READ = 256;
const LARGEST_READ = 64 * 1024;
/** Sizes that are made to fit are a multiple of it. */
const STEP = 256;
/** How much smaller than its buffer a read is that asks for a smaller one. */
const HARDLY = 16;
/** How much smaller it is when its bytes are copied. Of more the copy would cost more than a new buffer. */
const FEW = 4;
/** Deno has no gathering write: chunks that wait for one to end are sent as one, up to this size. */
const LARGEST_JOIN = 16384;

/** The size of the buffer after one of `length` bytes into which `count` were read: if many, just as many would leave some of it, which tells a full one. */
function nextSize(count: number, length: number): number {
  if (count === length) return Math.min(2 * length, LARGEST_READ);
  if (count <= length / HARDLY) return Math.max(length / 4, SMALLEST_READ);
  if (count <= length / FEW) return length;
  return Math.min(Math.ceil(count * 9 / 8 / STEP) * STEP, length);
}

/**
 * A connected socket. Closes itself once both directions have ended.
 *
 * Reading: one read is under way unless it is paused, not started, or at its end; what it brings after a pause is held.
 * Writing: one write is under way while there is something to send; Deno borrows the chunk meanwhile and may take a part of it.
 */
export class DenoSocketHandle implements SocketHandle {
  readonly localAddress: Endpoint;
  readonly remoteAddress: Endpoint;
  readonly native: DenoConn;
  readonly writeMemory = "borrowed";
  #events: SocketEvents | null = null;
  #closed = false;
  #error: Error | null = null;

  #buffer: Uint8Array | null = null;
  /** Of the next one. */
  #size = SMALLEST_READ;
  /** A buffer that was lent and came back. */
  #spare: Uint8Array | null = null;
  #reading = false;
  #paused = false;
  /** Read while paused: a chunk, or null for the end. */
  #held: Uint8Array | null | undefined = undefined;
  #readEnded = false;

  readonly #queue = new Deque<Uint8Array>();
  /** What is left of the chunk under way. */
  #sending: Uint8Array | null = null;
  #ending = false;
  #writeEnded = false;

  constructor(conn: DenoConn, local: Endpoint, remote: Endpoint) {
    this.native = conn;
    this.localAddress = local;
    this.remoteAddress = remote;
  }

  start(events: SocketEvents): void {
    this.#events = events;
    if (this.#closed) queueMicrotask(() => events.onClose(this.#error));
    else this.#read();
  }

  // -------------------------------------------------------------- reading

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (this.#held === undefined) this.#read();
    else queueMicrotask(() => this.#deliverHeld());
  }

  #read(): void {
    if (this.#reading || this.#paused || this.#readEnded || this.#closed || this.#events === null) return;
    this.#reading = true;
    this.#buffer ??= this.#takeSpare() ?? new Uint8Array(this.#size);
    this.native.read(this.#buffer).then(this.#onRead, this.#onFailure);
  }

  readonly #onRead = (count: number | null): void => {
    this.#reading = false;
    if (this.#closed) return;
    this.#held = count === null ? null : this.#take(count);
    this.#deliverHeld();
  };

  #deliverHeld(): void {
    if (this.#paused || this.#closed || this.#held === undefined) return;
    const held = this.#held;
    this.#held = undefined;
    if (held !== null) this.#events!.onData(held);
    else {
      this.#readEnded = true;
      this.#buffer = null;
      this.#events!.onEnd();
      this.#closeIfEnded();
    }
    this.#read();
  }

  /** The bytes that were read, in memory of their own: a copy of few, the buffer itself of many, or if it comes back. */
  #take(count: number): Uint8Array {
    const buffer = this.#buffer!;
    const { length } = buffer;
    this.#size = nextSize(count, length);
    const few = count <= length / FEW && this.#events!.borrows !== true;
    if (!few || this.#size !== length) this.#buffer = null;
    return few ? buffer.slice(0, count) : buffer.subarray(0, count);
  }

  #takeSpare(): Uint8Array | null {
    const spare = this.#spare;
    this.#spare = null;
    return spare;
  }

  giveBack({ buffer }: Uint8Array): void {
    if (buffer.byteLength === this.#size && !this.#closed) this.#spare = new Uint8Array(buffer);
  }

  // -------------------------------------------------------------- writing

  write(chunk: Uint8Array): void {
    if (this.#closed || this.#ending) return;
    this.#queue.push(chunk);
    this.#send();
  }

  closeWrite(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    this.#send();
  }

  #send(): void {
    if (this.#sending !== null) return;
    if (this.#queue.length > 0) this.#sendChunk(this.#nextChunk());
    else if (this.#ending) this.native.closeWrite().then(() => this.#onWriteEnd(), (error: unknown) => this.#onWriteEndFailure(error));
  }

  #sendChunk(chunk: Uint8Array): void {
    this.#sending = chunk;
    this.native.write(chunk).then(this.#onSent, this.#onFailure);
  }

  readonly #onSent = (count: number): void => {
    if (this.#closed) return;
    const sent = this.#sending!;
    this.#sending = null;
    if (count < sent.length) this.#sendChunk(sent.subarray(count));
    else this.#send();
    this.#events?.onWritten(count);
  };

  /** The first chunk of the queue, with those after it if they are small. */
  #nextChunk(): Uint8Array {
    const queue = this.#queue;
    const first = queue.shift()!;
    if (queue.length === 0 || first.length + queue.peek()!.length > LARGEST_JOIN) return first;
    const joined = new Uint8Array(LARGEST_JOIN);
    joined.set(first);
    let length = first.length;
    while (queue.length > 0 && length + queue.peek()!.length <= LARGEST_JOIN) {
      const chunk = queue.shift()!;
      joined.set(chunk, length);
      length += chunk.length;
    }
    return joined.subarray(0, length);
  }

  #onWriteEnd(): void {
    this.#writeEnded = true;
    this.#closeIfEnded();
  }

  /** A connection that is gone already has nothing to end; reading tells what became of it. */
  #onWriteEndFailure(error: unknown): void {
    if ((error as Error).name === "NotConnected") this.#onWriteEnd();
    else this.#onFailure(error);
  }

  // -------------------------------------------------------------- closing

  /** Deno cannot reset a connection. */
  close(_reset?: boolean): void {
    if (this.#closed) return;
    this.#shut();
    const events = this.#events;
    if (events !== null) queueMicrotask(() => events.onClose(null));
  }

  #closeIfEnded(): void {
    if (this.#closed || !this.#readEnded || !this.#writeEnded) return;
    this.#shut();
    this.#events!.onClose(null);
  }

  /** What was under way when it was closed fails too; nobody wants to know. */
  readonly #onFailure = (error: unknown): void => {
    if (this.#closed) return;
    this.#shut();
    this.#error = toOSError(error, "go on with the connection", placeOf(this.remoteAddress));
    this.#events?.onClose(this.#error);
  };

  #shut(): void {
    this.#closed = true;
    this.#queue.clear();
    this.#held = undefined;
    this.#buffer = null;
    this.#spare = null;
    this.native.close();
  }
}
