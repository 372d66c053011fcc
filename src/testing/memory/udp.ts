/**
 * UdpDriver of an in-memory network.
 *
 * @module
 */
import type { Abandon, InetEndpoint, Outcome, ResolvedAddress } from "../../runtime/net_driver.ts";
import type { DatagramBinding, DatagramEvents, DatagramHandle, DatagramPlace, UdpDriver } from "../../runtime/udp_driver.ts";
import { memoryError } from "./errors.ts";
import { Attempt, type Fabric } from "./fabric.ts";
import { type Bound, ownAddress, PortTable, reachable } from "./port_table.ts";

const BROADCAST = "255.255.255.255";
/** The largest datagrams: what 16 bits can count, less the headers that count too. */
const LARGEST = { IPv4: 65_507, IPv6: 65_527 } as const;

/** Opens datagram endpoints. */
export class MemoryUdp implements UdpDriver {
  readonly #fabric: Fabric;
  readonly #endpoints = new PortTable<MemoryEndpoint>();

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
  }

  bind(binding: DatagramBinding, events: DatagramEvents, outcome: Outcome<DatagramHandle>): Abandon {
    const { family, local, remote, reusePort = false } = binding;
    const anywhere = remote === undefined ? family === "IPv6" ? "::" : "0.0.0.0" : ownAddress(family);
    const port = local === undefined || local.port === 0 ? this.#endpoints.freePort() : local.port;
    const place = { host: local?.host ?? anywhere, port, shared: reusePort };
    const attempt = new Attempt<DatagramHandle>(outcome, () => endpoint.close());
    const endpoint = new MemoryEndpoint(this.#fabric, this.#endpoints, { ...binding, place }, events);
    const free = this.#endpoints.isFree(place);
    if (free) this.#endpoints.add(endpoint);
    const action = `open a datagram endpoint on ${place.host} port ${port}`;
    this.#fabric.timeline.later(0, () => free ? attempt.succeed(endpoint) : attempt.fail(memoryError("EADDRINUSE", action, place)));
    return attempt.abandon;
  }
}

/** One endpoint. */
class MemoryEndpoint implements DatagramHandle, Bound {
  readonly host: string;
  readonly port: number;
  readonly shared: boolean;
  readonly localAddress: InetEndpoint;
  readonly remoteAddress: InetEndpoint | null;
  readonly #fabric: Fabric;
  readonly #table: PortTable<MemoryEndpoint>;
  readonly #events: DatagramEvents;
  readonly #mayBroadcast: boolean;
  #closed = false;

  constructor(
    fabric: Fabric,
    table: PortTable<MemoryEndpoint>,
    { family, remote, broadcast, place }: DatagramBinding & { readonly place: Bound },
    events: DatagramEvents,
  ) {
    this.#fabric = fabric;
    this.#table = table;
    this.#events = events;
    this.#mayBroadcast = broadcast === true;
    this.host = place.host;
    this.port = place.port;
    this.shared = place.shared;
    this.localAddress = { host: place.host, port: place.port, family };
    this.remoteAddress = remote === undefined ? null : { ...remote, family };
  }

  get native(): DatagramHandle {
    return this;
  }

  send(data: Uint8Array, to: DatagramPlace | null, sent: (error: Error | null) => void): void {
    if (this.#closed) return;
    const { host, port } = to ?? this.remoteAddress!;
    const error = this.#send(data, host, port);
    this.#fabric.timeline.later(0, () => {
      if (!this.#closed) sent(error);
    });
  }

  /** Sends it on its way; an error where it cannot. */
  #send(data: Uint8Array, host: string, port: number): Error | null {
    const action = `send to ${host} port ${port}`;
    if (data.length > LARGEST[this.localAddress.family]) return memoryError("EMSGSIZE", action, { host, port });
    if (host === BROADCAST) return this.#broadcast(data, port, action);
    let found: readonly ResolvedAddress[];
    try {
      found = this.#fabric.addressesOf(host, this.localAddress.family);
    } catch (error) {
      return error as Error;
    }
    const address = reachable(found[0]!.address);
    const blockade = this.#fabric.blockadeAt(found[0]!.address, port);
    if (blockade === "unreachable") return memoryError("EHOSTUNREACH", action, { host, port });
    if (blockade === "drop" || this.#fabric.conditions.loses()) return null;
    const from = this.#source();
    this.#fabric.afterOneWay(() => {
      const endpoint = blockade === undefined ? this.#table.at(address, port) : undefined;
      if (endpoint === undefined) this.#refused(address, port);
      else endpoint.#receive(data, from);
    });
    return null;
  }

  /** To everybody at the port, each of whom may lose it. */
  #broadcast(data: Uint8Array, port: number, action: string): Error | null {
    if (!this.#mayBroadcast) return memoryError("EACCES", action, { host: BROADCAST, port });
    const from = this.#source();
    for (const endpoint of this.#table.allAt(port)) {
      if (endpoint.localAddress.family !== "IPv4" || this.#fabric.conditions.loses()) continue;
      this.#fabric.afterOneWay(() => endpoint.#receive(data, from));
    }
    return null;
  }

  /** What the other side sees as the sender. */
  #source(): InetEndpoint {
    return { ...this.localAddress, host: reachable(this.localAddress.host) };
  }

  /** Those who have one peer are told that it is not there. */
  #refused(host: string, port: number): void {
    const remote = this.remoteAddress;
    if (this.#closed || remote === null) return;
    this.#fabric.afterOneWay(() => {
      if (!this.#closed) this.#events.onError(memoryError("ECONNREFUSED", "receive a datagram", { host, port }));
    });
  }

  #receive(data: Uint8Array, from: InetEndpoint): void {
    if (this.#closed || !this.#listensTo(from)) return;
    this.#events.onMessage(new Uint8Array(data), from);
  }

  #listensTo(from: InetEndpoint): boolean {
    const remote = this.remoteAddress;
    return remote === null || (reachable(remote.host) === from.host && remote.port === from.port);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#table.remove(this);
  }
}
