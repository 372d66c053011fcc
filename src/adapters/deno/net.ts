/**
 * NetDriver of Deno, over `Deno.connect` and `Deno.listen`, with node:net for what these cannot do: a local address, the address family of a
 * name (connect), a shared port (listen), all addresses of a name (lookup).
 *
 * @module
 */
import type {
  Abandon,
  AcceptError,
  ConnectOptions,
  Endpoint,
  ListenerHandle,
  ListenOptions,
  NetDriver,
  Outcome,
  ResolvedAddress,
  ServiceName,
  SocketHandle,
} from "../../runtime/net_driver.ts";
import { toOSError } from "../shared/error_map.ts";
import { nodeNet } from "../shared/node_net.ts";
import {
  type DenoConn,
  type DenoListener,
  denoNamespace,
  type DenoTcpConn,
  type DenoTcpListener,
  type DenoUnixAddress,
  type DenoUnixConn,
} from "./deno_namespace.ts";
import { checkNetPermission } from "./permissions.ts";
import { DenoSocketHandle, endpointOf, tcpSocket } from "./socket.ts";

/** The driver. */
export function denoNet(): NetDriver {
  return new DenoNet();
}

class DenoNet implements NetDriver {
  readonly #node = nodeNet({ check: checkNetPermission, countsTruly: false });
  readonly #closings = new Closings();

  connect(options: ConnectOptions, outcome: Outcome<SocketHandle>): Abandon {
    const { host, port, family, localAddress, localPort } = options;
    const plain = localAddress === undefined && localPort === undefined && (family === undefined || isLiteral(host));
    if (!plain) return this.#node.connect(options, outcome);
    const action = `connect to ${host} port ${port}`;
    checkNetPermission(action, host, port);
    const controller = new AbortController();
    let over = false;
    const onConn = (conn: DenoTcpConn): void => {
      if (over) return conn.close();
      over = true;
      outcome(null, tcpSocket(conn));
    };
    const onError = (error: unknown): void => {
      if (over) return;
      over = true;
      outcome(toOSError(error, action, { address: host, port }), null);
    };
    const dial = (): void => {
      if (!over) denoNamespace().connect({ hostname: host, port, signal: controller.signal }).then(onConn, onError);
    };
    this.#closings.whenNone(dial);
    return () => {
      if (over) return;
      over = true;
      controller.abort();
    };
  }

  listen(
    options: ListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon {
    const { host, port, backlog, reusePort, keepAlive = false } = options;
    if (reusePort) return this.#node.listen(options, onConnection, outcome, onError);
    const action = `listen on ${host} port ${port}`;
    checkNetPermission(action, host, port);
    let over = false;
    const bind = (): void => {
      if (over) return;
      over = true;
      const attempt = tryToListen(action, host, port, backlog);
      if (attempt.error !== null) return outcome(attempt.error, null);
      const { listener } = attempt;
      const onConn = (conn: DenoTcpConn): void => {
        if (keepAlive) conn.setKeepAlive(true);
        onConnection(tcpSocket(conn));
      };
      const handle = new DenoListenerHandle(listener, endpointOf(listener.addr), onConn, onError, this.#closings);
      outcome(null, handle);
      handle.accept();
    };
    this.#closings.whenNone(() => queueMicrotask(bind));
    return () => {
      over = true;
    };
  }

  adopt(native: unknown): SocketHandle | null {
    if (isTcpConn(native)) return tcpSocket(native);
    return isUnixConn(native)
      ? new DenoSocketHandle(native, nameOf(native.localAddr), nameOf(native.remoteAddr))
      : this.#node.adopt!(native);
  }

  lookup(
    hostname: string,
    family: "IPv4" | "IPv6" | "unspec",
    outcome: Outcome<readonly ResolvedAddress[]>,
    configured?: boolean,
  ): Abandon {
    return this.#node.lookup(hostname, family, outcome, configured);
  }

  lookupService(address: string, port: number, outcome: Outcome<ServiceName>): Abandon {
    return this.#node.lookupService!(address, port, outcome);
  }
}

/** Deno has no class of connections to ask for. */
function isTcpConn(native: unknown): native is DenoTcpConn {
  const { localAddr, closeWrite, setNoDelay } = (native ?? {}) as Partial<DenoTcpConn>;
  return typeof localAddr === "object" && typeof closeWrite === "function" && typeof setNoDelay === "function";
}

function isUnixConn(native: unknown): native is DenoUnixConn {
  const { localAddr, closeWrite } = (native ?? {}) as Partial<DenoUnixConn>;
  return localAddr?.transport === "unix" && typeof closeWrite === "function";
}

/** The side that connected has no name. */
function nameOf(address: DenoUnixAddress | null): Endpoint {
  return { path: address?.path ?? "" };
}

function isLiteral(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}

type Listening = { readonly error: null; readonly listener: DenoTcpListener } | { readonly error: Error };

function tryToListen(action: string, hostname: string, port: number, tcpBacklog: number): Listening {
  try {
    return { error: null, listener: denoNamespace().listen({ hostname, port, tcpBacklog }) };
  } catch (error) {
    return { error: toOSError(error, action, { address: hostname, port }) };
  }
}

/**
 * The listeners that are being closed. Deno frees the port of one a turn or two after `close()`: until then a connection to it would be
 * taken and dropped, and a bind refused. So what this driver is asked for meanwhile waits for it.
 */
export class Closings {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  begin(): void {
    this.#count++;
  }

  end(): void {
    if (--this.#count > 0) return;
    for (const callback of this.#waiting.splice(0)) callback();
  }

  /** Calls back at once, or when the last of them is closed. */
  whenNone(callback: () => void): void {
    if (this.#count === 0) callback();
    else this.#waiting.push(callback);
  }
}

/** `accept` fails with these when the peer of a connection was gone before it was accepted: nothing is wrong with the listener. */
const GONE: ReadonlySet<string> = new Set(["NotConnected", "ConnectionAborted", "ConnectionReset"]);

/**
 * Turns `accept` into calls.
 *
 * The listener lives as long as an `accept` is under way, which fails one or two turns of the host after `close()`.
 */
export class DenoListenerHandle<C extends DenoConn> implements ListenerHandle {
  readonly address: Endpoint;
  readonly native: DenoListener<C>;
  readonly #onConnection: (conn: C) => void;
  readonly #onError: AcceptError | undefined;
  readonly #closings: Closings;
  #open = true;
  #accepting = false;
  /** Who waits for the last `accept` to fail. */
  readonly #closed: (() => void)[] = [];

  constructor(
    listener: DenoListener<C>,
    address: Endpoint,
    onConnection: (conn: C) => void,
    onError: AcceptError | undefined,
    closings: Closings,
  ) {
    this.native = listener;
    this.#closings = closings;
    this.address = address;
    this.#onConnection = onConnection;
    this.#onError = onError;
  }

  /** Accepts until it is closed. */
  readonly accept = (): void => {
    if (!this.#open || this.#accepting) return;
    this.#accepting = true;
    this.native.accept().then(this.#onConn, this.#onFailure);
  };

  readonly #onConn = (conn: C): void => {
    this.#accepting = false;
    if (!this.#open) {
      conn.close();
      return this.#tellClosed();
    }
    this.accept();
    this.#onConnection(conn);
  };

  readonly #onFailure = (error: unknown): void => {
    this.#accepting = false;
    if (!this.#open) return this.#tellClosed();
    if (this.#onError === undefined || GONE.has((error as Error).name)) this.accept();
    else this.#onError(toOSError(error, "accept a connection"), this.accept);
  };

  close(closed?: () => void): void {
    if (closed !== undefined) this.#closed.push(closed);
    if (this.#open) {
      this.#open = false;
      this.#closings.begin();
      this.#closed.push(() => this.#closings.end());
      this.native.close();
    }
    if (!this.#accepting) queueMicrotask(() => this.#tellClosed());
  }

  #tellClosed(): void {
    for (const closed of this.#closed.splice(0)) closed();
  }
}
