/**
 * NetDriver of an in-memory network.
 *
 * @module
 */
import type {
  Abandon,
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
import { memoryError } from "./errors.ts";
import { Attempt, type Fabric } from "./fabric.ts";
import { type Bound, ownAddress, PortTable, reachable } from "./port_table.ts";

/** Connects and listens. Every address is of this machine, so that one program can play several. */
export class MemoryNet implements NetDriver {
  readonly #fabric: Fabric;
  readonly #listeners = new PortTable<MemoryListener>();

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
  }

  // -------------------------------------------------------------- connecting

  connect(options: ConnectOptions, outcome: Outcome<SocketHandle>): Abandon {
    const attempt = new Attempt(outcome);
    this.#fabric.afterOneWay(() => this.#dial(options, attempt));
    return attempt.abandon;
  }

  /** At the server's side. An attempt that was abandoned has not set out. */
  #dial(options: ConnectOptions, attempt: Attempt<SocketHandle>): void {
    if (attempt.over) return;
    const { host, port } = options;
    let remote: ResolvedAddress;
    try {
      remote = this.#fabric.addressesOf(host, options.family ?? "unspec")[0]!;
    } catch (error) {
      return attempt.fail(error as Error);
    }
    const blockade = this.#fabric.blockadeAt(remote.address, port);
    if (blockade === "drop") return;
    const address = reachable(remote.address);
    const listener = blockade === undefined ? this.#listeners.at(address, port) : undefined;
    if (listener === undefined) return this.#refuse(options, blockade === "unreachable" ? "EHOSTUNREACH" : "ECONNREFUSED", attempt);
    const client = { host: options.localAddress ?? ownAddress(remote.family), port: options.localPort ?? 0, family: remote.family };
    const pair = this.#fabric.pair(
      client.port === 0 ? { ...client, port: this.#listeners.freePort() } : client,
      { host: address, port, family: remote.family },
    );
    listener.onConnection(pair.server);
    this.#fabric.afterOneWay(() => attempt.over ? pair.client.close() : attempt.succeed(pair.client));
  }

  #refuse({ host, port }: ConnectOptions, code: string, attempt: Attempt<SocketHandle>): void {
    this.#fabric.afterOneWay(() => attempt.fail(memoryError(code, `connect to ${host} port ${port}`, { host, port })));
  }

  // -------------------------------------------------------------- listening

  listen(options: ListenOptions, onConnection: (socket: SocketHandle) => void, outcome: Outcome<ListenerHandle>): Abandon {
    const { timeline } = this.#fabric;
    let found: readonly ResolvedAddress[];
    try {
      found = this.#fabric.addressesOf(options.host, "unspec");
    } catch (error) {
      return failLater(this.#fabric, outcome, error as Error);
    }
    const { address, family } = found[0]!;
    const port = options.port === 0 ? this.#listeners.freePort() : options.port;
    const place = { host: address, port, shared: options.reusePort === true };
    if (!this.#listeners.isFree(place)) {
      return failLater(this.#fabric, outcome, memoryError("EADDRINUSE", `listen on ${options.host} port ${port}`, place));
    }
    const closed = (callback: (() => void) | undefined): void => {
      this.#listeners.remove(listener);
      if (callback !== undefined) timeline.later(0, callback);
    };
    const listener = new MemoryListener(place, family, onConnection, closed);
    this.#listeners.add(listener);
    const attempt = new Attempt<ListenerHandle>(outcome, () => listener.close());
    timeline.later(0, () => attempt.succeed(listener));
    return attempt.abandon;
  }

  /** There are no sockets but those of the network, which have their owners. */
  adopt(_native: unknown): null {
    return null;
  }

  // -------------------------------------------------------------- names

  lookup(hostname: string, family: "IPv4" | "IPv6" | "unspec", outcome: Outcome<readonly ResolvedAddress[]>): Abandon {
    const attempt = new Attempt(outcome);
    const answer = (): void => {
      try {
        attempt.succeed(this.#fabric.addressesOf(hostname, family));
      } catch (error) {
        attempt.fail(error as Error);
      }
    };
    return this.#askNameServer(answer, attempt);
  }

  lookupService(address: string, port: number, outcome: Outcome<ServiceName>): Abandon {
    const attempt = new Attempt(outcome);
    const answer = (): void => {
      const hostname = this.#fabric.nameOf(address);
      if (hostname !== undefined) attempt.succeed({ hostname, service: String(port) });
      else attempt.fail(memoryError("EAI_NONAME", `name ${address} port ${port}`, { host: address, port }));
    };
    return this.#askNameServer(answer, attempt);
  }

  #askNameServer(answer: () => void, { abandon }: { readonly abandon: Abandon }): Abandon {
    this.#fabric.afterOneWay(() => this.#fabric.afterOneWay(answer));
    return abandon;
  }
}

function failLater<T>(fabric: Fabric, outcome: Outcome<T>, error: Error): Abandon {
  const attempt = new Attempt(outcome);
  fabric.timeline.later(0, () => attempt.fail(error));
  return attempt.abandon;
}

class MemoryListener implements ListenerHandle, Bound {
  readonly host: string;
  readonly port: number;
  readonly shared: boolean;
  readonly address: InetEndpoint;
  readonly onConnection: (socket: SocketHandle) => void;
  readonly #closed: (callback: (() => void) | undefined) => void;

  constructor(
    { host, port, shared }: Bound,
    family: "IPv4" | "IPv6",
    onConnection: (socket: SocketHandle) => void,
    closed: (callback: (() => void) | undefined) => void,
  ) {
    this.host = host;
    this.port = port;
    this.shared = shared;
    this.address = { host, port, family };
    this.onConnection = onConnection;
    this.#closed = closed;
  }

  get native(): ListenerHandle {
    return this;
  }

  close(closed?: () => void): void {
    this.#closed(closed);
  }
}
