/**
 * NetDriver of Bun: `Bun.listen`, which is faster than node:net and needs half the memory, with node:net for what it cannot do: names, a shared port
 * (listen), and all attempts to connect, since those of `Bun.connect` cannot be abandoned.
 *
 * @module
 */
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
  ServiceName,
  SocketHandle,
} from "../../runtime/net_driver.ts";
import { toOSError } from "../shared/error_map.ts";
import { nodeNet } from "../shared/node_net.ts";
import { type BunListener, bunNamespace } from "./bun_namespace.ts";
import { type BunSocketHandle, endpointOf, eventsFor } from "./socket.ts";

/** The driver. */
export function bunNet(): NetDriver {
  return new BunNet();
}

const LITERAL = /^[\d.]+$|:/;

class BunNet implements NetDriver {
  readonly #node = nodeNet();

  connect(options: ConnectOptions, outcome: Outcome<SocketHandle>): Abandon {
    return this.#node.connect(options, outcome);
  }

  listen(
    options: ListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon {
    const { host, port, reusePort, keepAlive = false } = options;
    if (reusePort || !LITERAL.test(host)) return this.#node.listen(options, onConnection, outcome, onError);
    let over = false;
    queueMicrotask(() => {
      if (over) return;
      over = true;
      const listener = tryToListen(host, port, (socket) => {
        if (keepAlive) socket.native.setKeepAlive(true);
        onConnection(socket);
      });
      if (listener instanceof Error) outcome(listener, null);
      else outcome(null, listener);
    });
    return () => {
      over = true;
    };
  }

  adopt(native: unknown): SocketHandle | null {
    return this.#node.adopt!(native);
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

function tryToListen(host: string, port: number, onConnection: (socket: BunSocketHandle) => void): BunListenerHandle | Error {
  try {
    return new BunListenerHandle(host, port, onConnection);
  } catch (error) {
    return toOSError(error, `listen on ${host} port ${port}`, { address: host, port });
  }
}

class BunListenerHandle implements ListenerHandle {
  readonly address: InetEndpoint;
  readonly native: BunListener;
  #open = true;

  constructor(hostname: string, port: number, onConnection: (socket: BunSocketHandle) => void) {
    const socket = eventsFor((handle) => {
      if (this.#open) onConnection(handle);
      else handle.close(); // accepted while it was being closed
    });
    this.native = bunNamespace().listen({ hostname, port, allowHalfOpen: true, socket });
    this.address = endpointOf(this.native.hostname, this.native.port);
  }

  close(closed: () => void = () => {}): void {
    if (this.#open) this.native.stop();
    this.#open = false;
    queueMicrotask(closed);
  }
}
