/**
 * NetDriver over node:net, for Node, Bun and Deno.
 *
 * Differences that cannot be hidden: Bun calls every failure to connect a refusal. Node 20 cannot share a port.
 *
 * @module
 */
import { UnsupportedOperationError } from "../../errors.ts";
import type {
  Abandon,
  AcceptError,
  ConnectOptions,
  InetEndpoint,
  ListenerHandle,
  ListenOptions,
  NetDriver,
  Outcome,
  ResolvedAddress,
  SocketHandle,
} from "../../runtime/net_driver.ts";
import { toOSError } from "./error_map.ts";
import { getBuiltin, nodeMajor } from "./host.ts";
import type { NodeConnectOptions, NodeDnsModule, NodeNetModule, NodeServer } from "./node_modules.ts";
import { endpointOf, NodeSocketHandle, WriteScratch } from "./node_socket.ts";

/** Throws a PermissionError unless the host lets the program reach `host` (any host without one) and `port`. */
export type NetPermissionCheck = (action: string, host?: string, port?: number) => void;

/** What differs where node:net is not Node's. */
export interface NodeNetOptions {
  /** Asks for permissions, which Deno's node:net would miss too late to catch. */
  readonly check?: NetPermissionCheck;
  /** Whether what no longer counts as waiting to be written was taken by the system. On Deno it may still be read. @default true */
  readonly countsTruly?: boolean;
}

/** The driver. */
export function nodeNet({ check = () => {}, countsTruly = true }: NodeNetOptions = {}): NetDriver {
  return new NodeNet(check, countsTruly ? new WriteScratch() : null);
}

class NodeNet implements NetDriver {
  readonly #check: NetPermissionCheck;
  readonly #scratch: WriteScratch | null;

  constructor(check: NetPermissionCheck, scratch: WriteScratch | null) {
    this.#check = check;
    this.#scratch = scratch;
  }

  connect(options: ConnectOptions, outcome: Outcome<SocketHandle>): Abandon {
    const action = `connect to ${options.host} port ${options.port}`;
    this.#check(action, options.host, options.port);
    const socket = getBuiltin<NodeNetModule>("node:net").connect(connectOptions(options));
    const attempt = new Attempt(() => socket.destroy());
    const onError = (error: unknown): void => {
      if (attempt.end()) outcome(toOSError(error, action, { address: options.host, port: options.port }), null);
    };
    socket.on("error", onError);
    socket.on("connect", () => {
      if (!attempt.end()) return;
      socket.off("error", onError);
      outcome(null, new NodeSocketHandle(socket, this.#scratch));
    });
    return attempt.abandon;
  }

  listen(
    options: ListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon {
    const { host, port, backlog, reusePort } = options;
    const action = `listen on ${host} port ${port}`;
    if (reusePort && nodeMajor() < 22) throw new UnsupportedOperationError(`Cannot ${action}: Node ${nodeMajor()} cannot share a port`);
    this.#check(action, host, port);
    const server = getBuiltin<NodeNetModule>("node:net").createServer({ allowHalfOpen: true });
    const attempt = new Attempt(() => server.close());
    let listener: NodeListenerHandle | null = null;
    server.on("connection", (socket) => {
      if (listener?.open) onConnection(new NodeSocketHandle(socket, this.#scratch));
      else socket.destroy(); // accepted while it was being closed
    });
    server.on("error", (error) => {
      if (attempt.end()) outcome(toOSError(error, action, { address: host, port }), null);
      else if (!attempt.abandoned) onError?.(toOSError(error, "accept a connection"), () => {});
    });
    server.on("listening", () => {
      if (attempt.end()) outcome(null, listener = new NodeListenerHandle(server));
    });
    server.listen({ host, port, backlog, ...(reusePort ? { reusePort } : {}) });
    return attempt.abandon;
  }

  lookup(hostname: string, family: "IPv4" | "IPv6" | "unspec", outcome: Outcome<readonly ResolvedAddress[]>): Abandon {
    const action = `resolve ${hostname}`;
    this.#check(action);
    const attempt = new Attempt(() => {}); // it goes on in the host, unheard
    const options = { all: true, family: family === "IPv4" ? 4 : family === "IPv6" ? 6 : 0, verbatim: true } as const;
    getBuiltin<NodeDnsModule>("node:dns").lookup(hostname, options, (error, addresses = []) => {
      if (!attempt.end()) return;
      if (error) outcome(toOSError(error, action, { address: hostname }), null);
      else outcome(null, addresses.map(({ address, family }) => ({ address, family: family === 6 ? "IPv6" : "IPv4" })));
    });
    return attempt.abandon;
  }
}

function connectOptions({ host, port, family, localAddress, localPort }: ConnectOptions): NodeConnectOptions {
  return {
    host,
    port,
    allowHalfOpen: true,
    ...(family === undefined ? {} : { family: family === "IPv6" ? 6 : 4 }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
  };
}

/** Something that ends once, by itself or by being abandoned. */
class Attempt {
  #over = false;
  abandoned = false;
  readonly abandon: Abandon;

  constructor(undo: () => void) {
    this.abandon = () => {
      if (!this.end()) return;
      this.abandoned = true;
      undo();
    };
  }

  /** False when it had ended before. */
  end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    return true;
  }
}

class NodeListenerHandle implements ListenerHandle {
  readonly address: InetEndpoint;
  readonly native: NodeServer;
  open = true;

  constructor(server: NodeServer) {
    this.native = server;
    const address = server.address();
    this.address = typeof address === "object" && address !== null
      ? endpointOf(address.address, address.port, String(address.family))
      : endpointOf(undefined, undefined, undefined);
  }

  close(closed: () => void = () => {}): void {
    if (this.open) this.native.close(); // at once; Node's own callback would wait for the connections too
    this.open = false;
    queueMicrotask(closed);
  }
}
