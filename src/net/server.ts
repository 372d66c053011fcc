/**
 * Servers: listening sockets and the connections that came through them.
 *
 * @module
 */
import {
  type AbstractEventLoop,
  type Awaitable,
  awaitable,
  type Context,
  copyContext,
  type CoroutineGenerator,
  Future,
  isCancelled,
} from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import type { AcceptError, ListenerHandle, SocketHandle } from "../runtime/net_driver.ts";
import type { NetLoop } from "./net_loop.ts";
import type { StreamProtocol } from "./protocols.ts";
import { type Client, SocketTransport, type TransportOwner } from "./socket_transport.ts";
import { TlsLayer } from "./tls_layer.ts";
import type { TlsSetup } from "./tls_options.ts";
import type { AddressFamily } from "./transports.ts";

/**
 * Listening sockets. What `createServer` and `startServer` give.
 *
 * Closing it stops new connections and leaves those that are open alone; it is closed for good. Disposing it closes it and waits.
 */
export interface Server {
  /** The sockets that listen, and where each is bound: for port 0 the port that the system chose. None once it is closed. */
  readonly sockets: readonly {
    readonly address: { readonly host: string; readonly port: number; readonly family?: AddressFamily; readonly path?: string };
  }[];
  /** Stops listening; connections go on. Ends `serveForever`. Does nothing the second time. */
  close(): void;
  /** Closes every connection that came through it: what they hold is still sent. */
  closeClients(): void;
  /** Aborts every connection that came through it. */
  abortClients(): void;
  /** The loop it belongs to. */
  getLoop(): AbstractEventLoop;
  /**
   * Accepts connections, those that came while it was not serving first. Does nothing when serving.
   *
   * @throws RuntimeError when it is closed.
   */
  startServing(): Awaitable<void>;
  /**
   * Serves until it is cancelled, which closes the server and its connections and waits for their ends. A second cancellation gives that wait up.
   *
   * @throws CancelledError also when `close()` is called; RuntimeError when it is closed or somebody else serves for ever.
   */
  serveForever(): Awaitable<never>;
  /** Whether it accepts connections. */
  isServing(): boolean;
  /**
   * Waits until it is closed and the last connection that came through it is gone. One that nobody closes, or that has much to send to a peer that
   * does not read, it waits for as long; `abortClients` ends that.
   */
  waitClosed(): Awaitable<void>;
  /** Closes it, and waits as `waitClosed`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long a server that could not accept a connection waits, in milliseconds, before it accepts on. */
const ACCEPT_RETRY_DELAY = 1000;

/**
 * A server over sockets of the host.
 *
 *     bound ── startServing ──▶ serving ── close ──▶ closed ── last connection gone ──▶ waitClosed returns
 *
 * No host can bind a socket without listening: connections that come before `startServing` wait until then.
 */
export class SocketServer implements Server, TransportOwner {
  readonly #loop: NetLoop;
  readonly #protocolFactory: () => StreamProtocol;
  readonly #context: Context = copyContext();
  readonly #listeners: ListenerHandle[] = [];
  readonly #tls: TlsSetup | null;
  readonly #clients = new Set<Client>();
  /** Connections that came before it served. */
  readonly #early: SocketHandle[] = [];
  #serving = false;
  #closed = false;
  #servingForever: Future<never> | null = null;
  readonly #waiters = new Set<Future<void>>();

  constructor(loop: NetLoop, protocolFactory: () => StreamProtocol, tls: TlsSetup | null = null) {
    this.#loop = loop;
    this.#tls = tls;
    this.#protocolFactory = protocolFactory;
    loop._open.add(this);
  }

  get sockets(): Server["sockets"] {
    return this.#listeners.map(({ address }) => ({ address: "path" in address ? { host: "", port: 0, path: address.path } : address }));
  }

  getLoop(): AbstractEventLoop {
    return this.#loop;
  }

  isServing(): boolean {
    return this.#serving;
  }

  // -------------------------------------------------------------- accepting

  /** Adds a listening socket whose connections `incoming` is told of. */
  addListener(listener: ListenerHandle): void {
    this.#listeners.push(listener);
  }

  /** For the host: a connection has come. */
  readonly incoming = (handle: SocketHandle): void => {
    if (this.#closed || this.#loop.isClosed()) handle.close();
    else this.#loop._deliver(this.#arrive, handle);
  };

  /** For the host: a connection could not be accepted. */
  readonly notAccepted: AcceptError = (error, resume) => {
    this.#loop._deliver(() => {
      if (this.#closed) return;
      this.#loop.callExceptionHandler({ message: "socket.accept() out of system resource", exception: error, server: this });
      this.#loop.callLater(ACCEPT_RETRY_DELAY, resume);
    });
  };

  readonly #arrive = (handle: SocketHandle): void => {
    if (this.#closed) handle.close();
    else if (this.#serving) this.#context.run(this.#welcome, handle);
    else this.#early.push(handle);
  };

  readonly #welcome = (handle: SocketHandle): void => {
    const factory = this.#protocolFactory;
    let protocol: StreamProtocol;
    try {
      protocol = factory();
    } catch (exception) {
      handle.close();
      return this.#loop.callExceptionHandler({ message: "Error on transport creation for incoming connection", exception, server: this });
    }
    const layer = this.#tls === null ? null : this.#layerFor(protocol, this.#tls);
    const transport = new SocketTransport(this.#loop, handle, layer ?? protocol, this);
    this.#clients.add(transport);
    transport.begin();
  };

  /** A client that fails to shake hands is of no interest, as in asyncio, but to those who debug. */
  #layerFor(protocol: StreamProtocol, setup: TlsSetup): TlsLayer {
    const ready = new Future<void>({ loop: this.#loop });
    ready.addDoneCallback(() => {
      const exception = ready.exception();
      if (exception === null || !this.#loop.getDebug()) return;
      this.#loop.callExceptionHandler({ message: "Error on transport creation for incoming connection", exception, protocol });
    });
    return new TlsLayer(this.#loop, { setup, protocol, ready, announce: true });
  }

  /** One of its connections is gone. @internal */
  _detach(client: Client): void {
    this.#clients.delete(client);
    this.#wakeIfOver();
  }

  /** One of its connections goes on by TLS. @internal */
  _replace(client: Client, successor: Client): void {
    this.#clients.delete(client);
    this.#clients.add(successor);
  }

  // -------------------------------------------------------------- serving

  startServing(): Awaitable<void> {
    return awaitable(this.#startServing());
  }

  *#startServing(): CoroutineGenerator<void> {
    this.#serve();
    yield;
  }

  #serve(): void {
    if (this.#closed) throw new RuntimeError("Cannot start serving: the server is closed");
    this.#serving = true;
    for (const handle of this.#early.splice(0)) this.#context.run(this.#welcome, handle);
  }

  serveForever(): Awaitable<never> {
    return awaitable(this.#serveForever());
  }

  *#serveForever(): CoroutineGenerator<never> {
    if (this.#servingForever !== null) throw new RuntimeError("Cannot serve forever: somebody awaits serveForever() already");
    if (this.#closed) throw new RuntimeError("Cannot serve forever: the server is closed");
    this.#serve();
    this.#servingForever = new Future<never>({ loop: this.#loop });
    try {
      return yield* this.#servingForever;
    } catch (error) {
      if (isCancelled(error)) yield* this.#end();
      throw error;
    } finally {
      this.#servingForever = null;
    }
  }

  *#end(): CoroutineGenerator<void> {
    this.close();
    this.closeClients();
    yield* this.#waitClosed();
  }

  // -------------------------------------------------------------- closing

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#serving = false;
    this.#loop._open.delete(this);
    for (const listener of this.#listeners.splice(0)) listener.close();
    for (const handle of this.#early.splice(0)) handle.close();
    this.#servingForever?.cancel();
    this.#wakeIfOver();
  }

  closeClients(): void {
    for (const client of [...this.#clients]) client.close();
  }

  abortClients(): void {
    for (const client of [...this.#clients]) client.abort();
  }

  #isOver(): boolean {
    return this.#closed && this.#clients.size === 0;
  }

  #wakeIfOver(): void {
    if (!this.#isOver()) return;
    for (const waiter of this.#waiters) if (!waiter.done()) waiter.setResult(undefined);
    this.#waiters.clear();
  }

  waitClosed(): Awaitable<void> {
    return awaitable(this.#waitClosed());
  }

  *#waitClosed(): CoroutineGenerator<void> {
    if (this.#isOver()) return;
    const waiter = new Future<void>({ loop: this.#loop });
    this.#waiters.add(waiter);
    try {
      yield* waiter;
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return this.waitClosed();
  }
}
