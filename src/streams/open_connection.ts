/**
 * Streams over TCP.
 *
 * @module
 */
import {
  type AbstractEventLoop,
  type Awaitable,
  awaitable,
  type Body,
  type CoroutineGenerator,
  currentLoop,
  isCoroutineFunction,
  isDrivable,
  isPromiseLike,
  type Task,
} from "../core/mod.ts";
import {
  checkConnection,
  checkServer,
  type ConnectionOptions,
  createConnection,
  createServer,
  type ServerOptions,
} from "../net/connection.ts";
import type { NetLoop } from "../net/net_loop.ts";
import { Protocol } from "../net/protocols.ts";
import type { Server } from "../net/server.ts";
import type { SslContext } from "../net/ssl_context.ts";
import { startTls } from "../net/start_tls.ts";
import type { StartTlsOptions } from "../net/tls_options.ts";
import type { ReadTransport, Transport } from "../net/transports.ts";
import { checkLimit, type StreamOptions, StreamReader } from "./stream_reader.ts";
import { StreamWriter } from "./stream_writer.ts";
import { WriteGate } from "./write_gate.ts";

/** Serves one client: a generator or async function, which runs as a task, or a plain function. */
export type ClientHandler = (reader: StreamReader, writer: StreamWriter) => Body<unknown> | void;

/** Feeds a StreamReader; and, given a handler, runs it once the connection is there. */
export class StreamReaderProtocol extends Protocol {
  readonly #loop: NetLoop;
  readonly #reader: StreamReader;
  readonly #onClient: ClientHandler | null;
  #transport: Transport | null = null;
  /**
   * What makes it a `GatedProtocol`.
   * @internal
   */
  readonly _gate: WriteGate;

  /** The loop is that of the connection; without one the running one. */
  constructor(reader: StreamReader, onClient?: ClientHandler, options: { readonly loop?: AbstractEventLoop } = {}) {
    super();
    this.#loop = (options.loop as NetLoop | undefined) ?? currentLoop();
    this.#reader = reader;
    this.#onClient = onClient ?? null;
    this._gate = new WriteGate(this.#loop);
  }

  /** Tells the reader where its data comes from, and runs the handler. */
  override connectionMade(transport: ReadTransport): void {
    this.#transport = transport as Transport;
    this.#reader.setTransport(transport);
    if (this.#onClient !== null) this.#serve(this.#onClient, transport as Transport);
  }

  /** A handler that fails or is cancelled takes its connection with it. */
  #serve(onClient: ClientHandler, transport: Transport): void {
    const writer = new StreamWriter(transport, this, this.#reader);
    // A function that may be a plain one is called now, as asyncio does; what it starts belongs to the task all the same.
    const eagerStart = !isCoroutineFunction(onClient);
    const task: Task<unknown> = this.#loop.createTask(() => call(onClient, this.#reader, writer), { eagerStart });
    task.addDoneCallback(() => {
      const current = this.#transport!; // TLS may have been started meanwhile
      if (task.cancelled()) return current.close();
      const exception = task.exception();
      if (exception === null) return;
      this.#loop.callExceptionHandler({ message: "Unhandled exception in client_connected_cb", exception, transport: current });
      current.close();
    });
  }

  /**
   * Goes on by TLS. What the reader holds was sent before: it is TLS if all is well, and otherwise nothing to be trusted.
   * @internal
   */
  *_startTls(transport: Transport, context: SslContext, options: StartTlsOptions): CoroutineGenerator<Transport> {
    const received = this.#reader._takeAll();
    const upgraded = yield* startTls(this.#loop, transport, this, context, options, received);
    this.#transport = upgraded;
    this.#reader._replaceTransport(upgraded);
    return upgraded;
  }

  /**
   * Whether this side accepted the connection.
   * @internal
   */
  get _isServer(): boolean {
    return this.#onClient !== null;
  }

  /** Feeds the reader. */
  override dataReceived(data: Uint8Array): void {
    this.#reader._feed(data);
  }

  /** Ends the reader; the connection stays, for the writer. */
  override eofReceived(): boolean {
    this.#reader.feedEof();
    return true;
  }

  /** Ends the reader, with the error if there is one, and those who wait for the writer. */
  override connectionLost(error: Error | null): void {
    if (error === null) this.#reader.feedEof();
    else this.#reader.setException(error);
    this._gate.lose(error);
  }

  /** Makes `drain` of the writer wait. */
  override pauseWriting(): void {
    this._gate.pause();
  }

  /** Lets those go on who wait for `drain`. */
  override resumeWriting(): void {
    this._gate.resume();
  }
}

function call(onClient: ClientHandler, reader: StreamReader, writer: StreamWriter): Body<unknown> {
  const result: unknown = onClient(reader, writer);
  return isDrivable(result) || isPromiseLike(result) ? result as Body<unknown> : nothing();
}

function* nothing(): CoroutineGenerator<void> {}

/**
 * Connects, and gives what to read from and what to write to. Options as of `EventLoop.createConnection`, and `limit` of the reader.
 *
 * @throws OSError, of the class that tells why, when no address of the host can be reached. Cancelling it leaves nothing open.
 */
export function openConnection(
  host: string,
  port: number,
  options: Omit<ConnectionOptions, "host" | "port"> & StreamOptions = {},
): Awaitable<[StreamReader, StreamWriter]> {
  const { limit, ...others } = options;
  const connection = { ...others, host, port };
  checkLimit(limit);
  checkConnection(connection);
  return awaitable(open((loop, factory) => createConnection(loop, factory, connection), limit));
}

/** Makes a connection for the protocol that the function gives. */
export type Connect = (loop: NetLoop, factory: () => StreamReaderProtocol) => Awaitable<[Transport, StreamReaderProtocol]>;

/** The streams of a connection that `connect` makes. */
export function* open(connect: Connect, limit: number | undefined): CoroutineGenerator<[StreamReader, StreamWriter]> {
  const loop = currentLoop();
  const reader = makeReader(loop, limit);
  const protocol = new StreamReaderProtocol(reader, undefined, { loop });
  const [transport] = yield* connect(loop, () => protocol);
  return [reader, new StreamWriter(transport, protocol, reader)];
}

/**
 * Listens, and serves each connection by a call of `onClient`. A handler that fails is reported to the loop's exception handler, and its
 * connection closed; one that is cancelled has its connection closed. Options as of `EventLoop.createServer`, and `limit` of the readers.
 *
 * @throws OSError, of the class that tells why, when the address cannot be bound.
 */
export function startServer(
  onClient: ClientHandler,
  host: string | readonly string[] | null,
  port: number,
  options: Omit<ServerOptions, "host" | "port"> & StreamOptions = {},
): Awaitable<Server> {
  checkHandler(onClient);
  const { limit, ...others } = options;
  const place = { ...others, host, port };
  checkLimit(limit);
  checkServer(place);
  return awaitable(start((loop, factory) => createServer(loop, factory, place), onClient, limit));
}

/** @throws TypeError unless it is a function. */
export function checkHandler(onClient: unknown): void {
  if (typeof onClient !== "function") throw new TypeError(`Cannot start a server: a function was expected, got ${typeof onClient}`);
}

/** Listens, with the protocols that the function gives. */
export type Listen = (loop: NetLoop, factory: () => StreamReaderProtocol) => Awaitable<Server>;

/** A server of streams that `listen` makes. */
export function* start(listen: Listen, onClient: ClientHandler, limit: number | undefined): CoroutineGenerator<Server> {
  const loop = currentLoop();
  return yield* listen(loop, () => new StreamReaderProtocol(makeReader(loop, limit), onClient, { loop }));
}

function makeReader(loop: NetLoop, limit: number | undefined): StreamReader {
  return new StreamReader(limit === undefined ? { loop } : { limit, loop });
}
