/**
 * SocketHandle over a connected socket of node:net.
 *
 * @module
 */
import type { Endpoint, InetEndpoint, SocketEvents, SocketHandle } from "../../runtime/net_driver.ts";
import { placeOf, toOSError } from "./error_map.ts";
import type { DirectReader } from "./node_direct_reads.ts";
import type { NodeSocket } from "./node_modules.ts";

/** An address as node:net tells it. A peer that has gone already has none. */
export function endpointOf(host: string | undefined, port: number | undefined, family: string | undefined): InetEndpoint {
  return { host: host ?? "", port: port ?? 0, family: family === "IPv6" || family === "6" ? "IPv6" : "IPv4" };
}

/** Both ends of a connection. */
export interface SocketEnds {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** As node:net tells them, which knows nothing of paths. */
function endsOf(socket: NodeSocket): SocketEnds {
  return {
    local: endpointOf(socket.localAddress, socket.localPort, socket.localFamily),
    remote: endpointOf(socket.remoteAddress, socket.remotePort, socket.remoteFamily),
  };
}

/** What is known of a socket besides. */
export interface NodeSocketTraits {
  /** Both ends, where node:net cannot tell them. */
  readonly ends?: SocketEnds;
  /** Whether the system has taken what no longer counts as waiting to be written. On Deno it may still be read. @default true */
  readonly countsTruly?: boolean;
  /** What it was told to read by, which is paused until the start; else it tells of data by events. */
  readonly reader?: DirectReader | null;
}

/**
 * A connected socket.
 *
 *     NEW ── start ──▶ OPEN ── close, or the host's "close" ──▶ CLOSED ── onClose
 *
 * Node keeps data and the end of stream until somebody listens for data; the error and the close it would tell at once, so they are
 * listened for from the beginning and kept here. Once both directions have ended, Node closes the socket.
 */
export class NodeSocketHandle implements SocketHandle {
  readonly localAddress: Endpoint;
  readonly remoteAddress: Endpoint;
  readonly native: NodeSocket;
  readonly writeMemory = "borrowed";
  readonly giveBack?: (chunk: Uint8Array) => void;
  readonly #countsTruly: boolean;
  readonly #reader: DirectReader | null;
  #events: SocketEvents | null = null;
  #paused = false;
  /** Closed by this side: nothing but the close itself is told any more. */
  #dropped = false;
  #ended = false;
  #gone = false;
  #error: Error | null = null;

  constructor(socket: NodeSocket, { ends = endsOf(socket), countsTruly = true, reader = null }: NodeSocketTraits = {}) {
    this.native = socket;
    this.#countsTruly = countsTruly;
    this.#reader = reader;
    if (reader !== null) this.giveBack = (chunk) => reader.giveBack(chunk);
    this.localAddress = ends.local;
    this.remoteAddress = ends.remote;
    if ("host" in ends.local) socket.setNoDelay(true);
    socket.on("error", (error) => {
      this.#error ??= toOSError(error, "go on with the connection", placeOf(this.remoteAddress));
    });
    socket.on("close", () => {
      this.#gone = true;
      if (this.#events !== null) this.#tellClose(this.#events);
    });
  }

  start(events: SocketEvents): void {
    this.#events = events;
    if (this.#gone) return queueMicrotask(() => this.#tellClose(events));
    const socket = this.native;
    socket.on("end", () => {
      if (this.#dropped) return;
      this.#ended = true;
      events.onEnd();
    });
    if (this.#reader !== null) this.#reader.receiver = events;
    else {
      socket.on("data", (chunk) => {
        if (!this.#dropped) events.onData(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      });
    }
    if (this.#paused) socket.pause();
    else if (socket.isPaused()) socket.resume(); // whoever had it before has paused it
  }

  #tellClose(events: SocketEvents): void {
    if (this.#dropped) return events.onClose(null);
    if (!this.#ended && this.#error === null) events.onEnd(); // somebody destroyed the native socket
    events.onClose(this.#error);
  }

  pause(): void {
    this.#paused = true;
    if (this.#events !== null) this.native.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#events !== null) this.native.resume();
  }

  write(chunk: Uint8Array): void {
    if (this.#dropped || this.#gone) return;
    if (!this.#countsTruly) return void this.native.write(chunk, this.#onWritten(chunk.length));
    this.native.write(chunk);
    if (this.native.writableLength === 0) this.#events?.onWritten(chunk.length);
    else this.native.write(new Uint8Array(0), this.#onWritten(chunk.length)); // after it: a callback costs as much as a write, and is mostly not needed
  }

  #onWritten(length: number): (error?: unknown) => void {
    return (error) => {
      if (!error && !this.#dropped) this.#events?.onWritten(length);
    };
  }

  closeWrite(): void {
    if (!this.#dropped && !this.#gone) this.native.end();
  }

  close(reset = false): void {
    if (this.#dropped) return;
    this.#dropped = true;
    if (this.#reader !== null) this.#reader.receiver = null;
    if (this.#gone) return; // told, or about to be
    if (reset && "host" in this.localAddress) this.native.resetAndDestroy();
    else this.native.destroy();
  }
}
