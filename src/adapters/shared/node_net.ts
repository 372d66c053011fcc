/**
 * NetDriver over node:net, for Node, Bun and Deno.
 *
 * Differences that cannot be hidden: Bun calls every failure to connect a refusal. Node 20 cannot share a port.
 *
 * @module
 */
import { OSError, UnsupportedOperationError } from "../../errors.ts";
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
import { type ErrorPlace, toOSError } from "./error_map.ts";
import { getBuiltin, nodeMajor } from "./host.ts";
import { connectSocket, type DirectReads } from "./node_direct_reads.ts";
import type { NodeConnectOptions, NodeDnsModule, NodeNetModule, NodeServer, NodeSocket } from "./node_modules.ts";
import { endpointOf, NodeSocketHandle, type NodeSocketTraits, type SocketEnds } from "./node_socket.ts";

/** Throws a PermissionError unless the host lets the program reach `host` (any host without one) and `port`. */
export type NetPermissionCheck = (action: string, host?: string, port?: number) => void;

/** What differs where node:net is not Node's. */
export interface NodeNetOptions extends Pick<NodeSocketTraits, "countsTruly"> {
  /** Asks for permissions, which Deno's node:net would miss too late to catch. */
  readonly check?: NetPermissionCheck;
  /** Where outgoing connections read into memory of ours: that memory. */
  readonly reads?: DirectReads;
}

/** The driver. */
export function nodeNet(options: NodeNetOptions = {}): NetDriver {
  return new NodeNet(options);
}

/** The ends of a socket of the file system, for all that node:net tells. */
const NAMELESS: Readonly<SocketEnds> = { local: { path: "" }, remote: { path: "" } };

class NodeNet implements NetDriver {
  readonly #check: NetPermissionCheck;
  readonly #countsTruly: boolean;
  readonly #reads: DirectReads | null;

  constructor({ check = () => {}, countsTruly = true, reads }: NodeNetOptions) {
    this.#check = check;
    this.#countsTruly = countsTruly;
    this.#reads = reads ?? null;
  }

  #handle(socket: NodeSocket, traits: NodeSocketTraits = {}): SocketHandle {
    return new NodeSocketHandle(socket, { countsTruly: this.#countsTruly, ...traits });
  }

  connect(options: ConnectOptions, outcome: Outcome<SocketHandle>): Abandon {
    const action = `connect to ${options.host} port ${options.port}`;
    this.#check(action, options.host, options.port);
    const { socket, reader } = connectSocket(connectOptions(options), this.#reads);
    const place = { address: options.host, port: options.port };
    return dial(socket, { action, place, handle: (socket) => this.#handle(socket, { reader }) }, outcome);
  }

  listen(
    options: ListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon {
    const { host, port, backlog, reusePort, keepAlive = false } = options;
    const action = `listen on ${host} port ${port}`;
    if (reusePort && nodeMajor() < 22) throw new UnsupportedOperationError(`Cannot ${action}: Node ${nodeMajor()} cannot share a port`);
    this.#check(action, host, port);
    const server = getBuiltin<NodeNetModule>("node:net").createServer({ allowHalfOpen: true });
    const handle = (socket: NodeSocket): SocketHandle => {
      if (keepAlive) socket.setKeepAlive(true);
      return this.#handle(socket);
    };
    const terms = { action, place: { address: host, port }, handle, endpoint: () => boundTo(server) };
    const abandon = serve(server, terms, { onConnection, outcome, onError });
    server.listen({ host, port, backlog, ...(reusePort ? { reusePort } : {}) });
    return abandon;
  }

  adopt(native: unknown): SocketHandle | null {
    if (!(native instanceof getBuiltin<NodeNetModule>("node:net").Socket)) return null;
    if (native.destroyed || native.connecting) {
      throw new OSError(`Cannot take over the socket: it is ${native.destroyed ? "closed" : "not connected yet"}`, { code: "ENOTCONN" });
    }
    native.allowHalfOpen = true;
    return this.#handle(native, native.remoteAddress === undefined ? { ends: NAMELESS } : {});
  }

  lookup(
    hostname: string,
    family: "IPv4" | "IPv6" | "unspec",
    outcome: Outcome<readonly ResolvedAddress[]>,
    configured = false,
  ): Abandon {
    const action = `resolve ${hostname}`;
    this.#check(action);
    const dns = getBuiltin<NodeDnsModule>("node:dns");
    const attempt = new Attempt(() => {}); // it goes on in the host, unheard
    const hints = configured ? dns.ADDRCONFIG : 0;
    const options = { all: true, family: family === "IPv4" ? 4 : family === "IPv6" ? 6 : 0, verbatim: true, hints } as const;
    dns.lookup(hostname, options, (error, addresses = []) => {
      if (!attempt.end()) return;
      if (error) outcome(toOSError(error, action, { address: hostname }), null);
      else outcome(null, addresses.map(({ address, family }) => ({ address, family: family === 6 ? "IPv6" : "IPv4" })));
    });
    return attempt.abandon;
  }

  lookupService(address: string, port: number, outcome: Outcome<ServiceName>): Abandon {
    const action = `look up the name of ${address}`;
    this.#check(action);
    const attempt = new Attempt(() => {}); // as above
    getBuiltin<NodeDnsModule>("node:dns").lookupService(address, port, (error, hostname = "", service = "") => {
      if (!attempt.end()) return;
      if (error) outcome(toOSError(error, action, { address, port }), null);
      else outcome(null, { hostname, service: service || String(port) }); // Bun tells nothing of port 0
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

/** What is done with a socket of node:net, and how it is called in errors. */
export interface SocketTerms {
  readonly action: string;
  readonly place: ErrorPlace;
  handle(socket: NodeSocket): SocketHandle;
}

/** Tells what becomes of a socket that is connecting. */
export function dial(socket: NodeSocket, { action, place, handle }: SocketTerms, outcome: Outcome<SocketHandle>): Abandon {
  const attempt = new Attempt(() => socket.destroy());
  const onError = (error: unknown): void => {
    if (attempt.end()) outcome(toOSError(error, action, place), null);
  };
  socket.on("error", onError);
  socket.on("connect", () => {
    if (!attempt.end()) return;
    socket.off("error", onError);
    outcome(null, handle(socket));
  });
  return attempt.abandon;
}

/** The same for one that listens. */
export interface ListenerTerms extends SocketTerms {
  /** Where it listens: called when it does, and what it throws is the outcome. */
  endpoint(): Endpoint;
}

/** Who is told of a listener. */
export interface ListenerCallbacks {
  readonly onConnection: (socket: SocketHandle) => void;
  readonly outcome: Outcome<ListenerHandle>;
  readonly onError: AcceptError | undefined;
}

/** Tells what becomes of a server that is about to listen, and what comes to it. */
export function serve(
  server: NodeServer,
  { action, place, handle, endpoint }: ListenerTerms,
  { onConnection, outcome, onError }: ListenerCallbacks,
): Abandon {
  const attempt = new Attempt(() => server.close());
  let listener: NodeListenerHandle | null = null;
  server.on("connection", (socket) => {
    if (listener?.open) onConnection(handle(socket));
    else socket.destroy(); // accepted while it was being closed
  });
  server.on("error", (error) => {
    if (attempt.end()) outcome(toOSError(error, action, place), null);
    else if (!attempt.abandoned) onError?.(toOSError(error, "accept a connection"), () => {});
  });
  server.on("listening", () => {
    if (!attempt.end()) return;
    try {
      listener = new NodeListenerHandle(server, endpoint());
    } catch (error) {
      server.close();
      return outcome(toOSError(error, action, place), null);
    }
    outcome(null, listener);
  });
  return attempt.abandon;
}

function boundTo(server: NodeServer): Endpoint {
  const address = server.address();
  return typeof address === "object" && address !== null
    ? endpointOf(address.address, address.port, String(address.family))
    : endpointOf(undefined, undefined, undefined);
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
  readonly address: Endpoint;
  readonly native: NodeServer;
  open = true;

  constructor(server: NodeServer, address: Endpoint) {
    this.native = server;
    this.address = address;
  }

  close(closed: () => void = () => {}): void {
    if (this.open) this.native.close(); // at once; Node's own callback would wait for the connections too
    this.open = false;
    queueMicrotask(closed);
  }
}
