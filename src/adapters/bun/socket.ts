/**
 * SocketHandle over a socket of Bun, which keeps nothing that the system does not take.
 *
 * @module
 */
import { Deque } from "../../_internal/deque.ts";
import type { InetEndpoint, SocketEvents, SocketHandle } from "../../runtime/net_driver.ts";
import { toOSError } from "../shared/error_map.ts";
import type { BunSocket, BunSocketEvents } from "./bun_namespace.ts";

/** An address as Bun tells it. A peer that has gone already has none. */
export function endpointOf(host: string | undefined, port: number | undefined): InetEndpoint {
  return { host: host ?? "", port: port ?? 0, family: host?.includes(":") ? "IPv6" : "IPv4" };
}

/** What sockets of a listener tell, passed on to their handles. `onOpen` gets the handle of a new one. */
export function eventsFor(onOpen: (handle: BunSocketHandle) => void): BunSocketEvents<BunSocketHandle> {
  return {
    binaryType: "uint8array",
    open: (socket) => onOpen(socket.data = new BunSocketHandle(socket)),
    data: ({ data: handle }, chunk) => handle.onData(chunk),
    drain: ({ data: handle }) => handle.onDrain(),
    end: ({ data: handle }) => handle.onEnd(),
    close: ({ data: handle }, error) => handle.onClose(error),
    error: (_socket, error) =>
      queueMicrotask(() => { // a mistake in a callback of ours
        throw error;
      }),
  };
}

/**
 * A connected socket. It is paused until it is started; Bun closes it once both directions have ended.
 *
 * Writing: what the system does not take at once is copied, and offered again when it has room.
 */
export class BunSocketHandle implements SocketHandle {
  readonly localAddress: InetEndpoint;
  readonly remoteAddress: InetEndpoint;
  readonly native: BunSocket<BunSocketHandle>;
  readonly writeMemory = "copied";
  #events: SocketEvents | null = null;
  #paused = false;
  /** Read before `start`, in spite of the pause. */
  #early: Uint8Array[] | null = null;
  #readEnded = false;

  /** What the system has not taken. */
  readonly #queue = new Deque<Uint8Array>();
  #ending = false;

  /** Closed by this side: nothing but the close itself is told any more. */
  #dropped = false;
  #gone = false;
  #error: Error | null = null;

  constructor(socket: BunSocket<BunSocketHandle>) {
    this.native = socket;
    this.localAddress = endpointOf(socket.localAddress, socket.localPort);
    this.remoteAddress = endpointOf(socket.remoteAddress, socket.remotePort);
    socket.setNoDelay(true);
    socket.pause();
  }

  start(events: SocketEvents): void {
    this.#events = events;
    if (this.#gone || this.#early !== null) queueMicrotask(() => this.#tellEarly(events));
    else if (!this.#paused) this.native.resume();
  }

  #tellEarly(events: SocketEvents): void {
    for (const chunk of this.#early ?? []) if (!this.#dropped) events.onData(chunk);
    this.#early = null;
    if (this.#gone) this.#tellClose(events);
    else if (!this.#paused && !this.#dropped) this.native.resume();
  }

  // -------------------------------------------------------------- reading

  pause(): void {
    this.#paused = true;
    if (this.#events !== null) this.native.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#events !== null && this.#early === null) this.native.resume();
  }

  /** @internal */
  onData(chunk: Uint8Array): void {
    if (this.#dropped) return;
    if (this.#events !== null && this.#early === null) this.#events.onData(chunk);
    else (this.#early ??= []).push(chunk);
  }

  /** @internal */
  onEnd(): void {
    this.#readEnded = true;
    if (!this.#dropped && this.#error === null) this.#events?.onEnd();
  }

  // -------------------------------------------------------------- writing

  write(chunk: Uint8Array): void {
    if (this.#dropped || this.#gone || this.#ending || chunk.length === 0) return;
    const taken = this.#queue.length > 0 ? 0 : this.#offer(chunk);
    if (taken < chunk.length && this.#error === null) this.#queue.push(chunk.slice(taken));
    if (taken > 0) this.#events?.onWritten(taken);
  }

  /** What the system takes of it. Bun tells of a write that fails by a negative number only, and may never tell of the reset that was the reason. */
  #offer(chunk: Uint8Array): number {
    const taken = this.native.write(chunk);
    if (taken >= 0) return taken;
    if (!this.#gone && this.#error === null) {
      this.#setError(Object.assign(new Error("the peer has reset it"), { code: "ECONNRESET" }));
      this.native.terminate();
    }
    return 0;
  }

  #setError(error: unknown): void {
    const { host, port } = this.remoteAddress;
    this.#error ??= toOSError(error, "go on with the connection", { address: host, port });
  }

  /** The system may have room. @internal */
  onDrain(): void {
    if (this.#dropped || this.#queue.length === 0) return;
    let taken = 0;
    while (this.#queue.length > 0 && this.#error === null) {
      const chunk = this.#queue.peek()!;
      const count = this.#offer(chunk);
      taken += count;
      if (count < chunk.length) {
        this.#queue.replaceFirst(chunk.subarray(count));
        break;
      }
      this.#queue.shift();
    }
    if (this.#ending && this.#queue.length === 0) this.native.shutdown();
    if (taken > 0) this.#events?.onWritten(taken);
  }

  closeWrite(): void {
    if (this.#dropped || this.#gone || this.#ending) return;
    this.#ending = true;
    if (this.#queue.length === 0) this.native.shutdown();
  }

  // -------------------------------------------------------------- closing

  close(reset = false): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.#queue.clear();
    if (this.#gone) return; // told, or about to be
    if (reset) this.native.terminate();
    else this.native.end();
  }

  /** Bun may call it while the socket is being closed, or ended. @internal */
  onClose(error: unknown): void {
    this.#gone = true;
    this.#queue.clear();
    if (error !== undefined && error !== null) this.#setError(error);
    const events = this.#events;
    if (events !== null && this.#early === null) queueMicrotask(() => this.#tellClose(events));
  }

  #tellClose(events: SocketEvents): void {
    if (this.#dropped) return events.onClose(null);
    if (!this.#readEnded && this.#error === null) events.onEnd(); // somebody closed the native socket
    events.onClose(this.#error);
  }
}
