/** Helpers of check_net.ts: a recorder of socket events, and promises for what a NetDriver tells by callbacks. */

import type { InetEndpoint, ListenerHandle, ListenOptions, NetDriver, SocketEvents, SocketHandle } from "../../src/runtime/net_driver.ts";

/** Where the tests take place. */
export const LOOPBACK = "127.0.0.1";

/** Records what a socket tells. */
export class Recorder implements SocketEvents {
  /** The names of the events, equal neighbours once. */
  readonly trace: ("data" | "end" | "written" | "close")[] = [];
  readonly chunks: Uint8Array[] = [];
  received = 0;
  written = 0;
  ended = false;
  closed = false;
  error: Error | null = null;
  /** Whether something was told while a method of the socket was on the stack. */
  reentered = false;
  #inside = 0;
  readonly #waiters: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];
  readonly #onData: ((chunk: Uint8Array) => void) | undefined;

  constructor(onData?: (chunk: Uint8Array) => void) {
    this.#onData = onData;
  }

  onData(chunk: Uint8Array): void {
    this.#note("data");
    this.chunks.push(chunk);
    this.received += chunk.length;
    this.#onData?.(chunk);
    this.#look();
  }

  onEnd(): void {
    this.#note("end");
    this.ended = true;
    this.#look();
  }

  onWritten(bytes: number): void {
    this.#note("written");
    this.written += bytes;
    this.#look();
  }

  onClose(error: Error | null): void {
    this.trace.push("close"); // not deduplicated: it may come only once
    this.closed = true;
    this.error = error;
    if (this.#inside > 0) this.reentered = true;
    this.#look();
  }

  /** Calls a method of the socket, during which nothing may be told. */
  inside(method: () => void): void {
    this.#inside++;
    method();
    this.#inside--;
  }

  /** Resolves once `holds()`, which is asked after each event. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ holds, resolve }));
  }

  /** Resolves once it was told of the close. */
  untilClosed(): Promise<void> {
    return this.until(() => this.closed);
  }

  /** All that came, in one piece. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.received);
    let offset = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  #note(event: "data" | "end" | "written"): void {
    if (this.#inside > 0 && event !== "written") this.reentered = true;
    if (this.trace.at(-1) !== event) this.trace.push(event);
  }

  #look(): void {
    for (const waiter of this.#waiters.splice(0)) {
      if (waiter.holds()) waiter.resolve();
      else this.#waiters.push(waiter);
    }
  }
}

/** A listener and what it has accepted. */
export interface Listening {
  readonly listener: ListenerHandle;
  readonly address: InetEndpoint;
  /** The next accepted connection. */
  accepted(): Promise<SocketHandle>;
  /** Closes the listener, and what it has accepted and nobody has taken; the port is free when it resolves. */
  close(): Promise<void>;
}

/** Listens on a free port of the loopback. */
export function listen(net: NetDriver, options: Partial<ListenOptions> = {}): Promise<Listening> {
  const ready: SocketHandle[] = [];
  const waiting: ((socket: SocketHandle) => void)[] = [];
  let open = true;
  const onConnection = (socket: SocketHandle): void => {
    if (!open) return socket.close();
    const taker = waiting.shift();
    if (taker === undefined) ready.push(socket);
    else taker(socket);
  };
  const accepted = (): Promise<SocketHandle> => {
    const socket = ready.shift();
    return socket === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(socket);
  };
  const close = (listener: ListenerHandle): Promise<void> => {
    open = false;
    for (const socket of ready) socket.close();
    return new Promise((resolve) => listener.close(resolve));
  };
  return new Promise((resolve, reject) => {
    net.listen({ host: LOOPBACK, port: 0, backlog: 1024, ...options }, onConnection, (error, listener) => {
      if (error !== null) reject(error);
      else resolve({ listener: listener!, address: listener!.address as InetEndpoint, accepted, close: () => close(listener!) });
    });
  });
}

/** Connects; rejects with the driver's error. */
export function connect(
  net: NetDriver,
  port: number,
  options: { readonly localPort?: number; readonly localAddress?: string } = {},
): Promise<SocketHandle> {
  return new Promise((resolve, reject) => {
    net.connect({ host: LOOPBACK, port, ...options }, (error, socket) => error === null ? resolve(socket!) : reject(error));
  });
}

/** Both ends of a connection; the client is the end that connected. */
export interface Pair {
  readonly client: SocketHandle;
  readonly server: SocketHandle;
  readonly listening: Listening;
}

/** Both ends of a new connection, neither started; the listener is closed. */
export async function pair(net: NetDriver): Promise<Pair> {
  const listening = await listen(net);
  const [client, server] = await Promise.all([connect(net, listening.address.port), listening.accepted()]);
  await listening.close();
  return net instanceof Turned ? { client: server, server: client, listening } : { client, server, listening };
}

/** A driver of whose pairs the ends are turned around: what a check does to the accepted one it does to the other. */
export class Turned implements NetDriver {
  readonly #net: NetDriver;

  constructor(net: NetDriver) {
    this.#net = net;
  }

  connect(...args: Parameters<NetDriver["connect"]>): ReturnType<NetDriver["connect"]> {
    return this.#net.connect(...args);
  }

  listen(...args: Parameters<NetDriver["listen"]>): ReturnType<NetDriver["listen"]> {
    return this.#net.listen(...args);
  }

  lookup(...args: Parameters<NetDriver["lookup"]>): ReturnType<NetDriver["lookup"]> {
    return this.#net.lookup(...args);
  }
}

/** A port of the loopback where nobody listens. */
export async function unusedPort(net: NetDriver): Promise<number> {
  const listening = await listen(net);
  await listening.close();
  return listening.address.port;
}

/** Lets the host do I/O for a while: several exchanges over a connection of its own. */
export async function barrier(net: NetDriver): Promise<void> {
  const { client, server } = await pair(net);
  const answers = new Recorder();
  client.start(answers);
  const echo = new Recorder((chunk) => server.write(chunk));
  server.start(echo);
  for (let i = 1; i <= 10; i++) {
    client.write(Uint8Array.of(i));
    await answers.until(() => answers.received === i);
  }
  client.close();
  server.close();
  await Promise.all([answers.untilClosed(), echo.untilClosed()]);
}

/** Bytes that tell their position. */
export function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 255;
  return bytes;
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
