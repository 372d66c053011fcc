/**
 * What all parts of an in-memory network share: its time, its conditions, its names, and the connections that are open.
 *
 * @module
 */
import { familyOf } from "../../net/ip_address.ts";
import type { Abandon, Endpoint, Outcome, ResolvedAddress } from "../../runtime/net_driver.ts";
import { Conditions } from "./conditions.ts";
import { MemoryConnection } from "./connection.ts";
import { memoryError } from "./errors.ts";
import { MemorySocket } from "./socket.ts";
import { Timeline } from "./timeline.ts";

/** What happens to what is sent to a place that is blocked. */
export type Blockade = "refuse" | "drop" | "unreachable";

/** See above. */
export class Fabric {
  readonly timeline: Timeline = new Timeline();
  readonly conditions: Conditions;
  readonly names: Map<string, readonly string[]> = new Map([["localhost", ["127.0.0.1", "::1"]]]);
  /** By host, or by host and port. */
  readonly blockades: Map<string, Blockade> = new Map();
  readonly connections: Set<MemoryConnection> = new Set();

  constructor(seed: number) {
    this.conditions = new Conditions(seed);
  }

  /** Calls back once what is sent now has arrived. */
  afterOneWay(callback: () => void): void {
    this.timeline.later(this.conditions.latency(), callback);
  }

  /** Two ends of a new connection. Those with paths have no resets, as in systems. */
  pair(clientAddress: Endpoint, serverAddress: Endpoint): { readonly client: MemorySocket; readonly server: MemorySocket } {
    const connection = new MemoryConnection(clientAddress, serverAddress);
    const ended = (): void => {
      if (!connection.open) this.connections.delete(connection);
    };
    const medium = { conditions: this.conditions, timeline: this.timeline, connection, ended, resets: "host" in serverAddress };
    const client = new MemorySocket(clientAddress, serverAddress, medium);
    const server = new MemorySocket(serverAddress, clientAddress, medium);
    client.join(server);
    server.join(client);
    connection._join(client, server);
    this.connections.add(connection);
    return { client, server };
  }

  /** The addresses of a name, those of the family. @throws AddressInfoError when there are none. */
  addressesOf(name: string, family: "IPv4" | "IPv6" | "unspec"): readonly ResolvedAddress[] {
    const addresses = familyOf(name) === null ? this.names.get(name.toLowerCase()) ?? [] : [name];
    const found = addresses.map((address): ResolvedAddress => ({ address, family: familyOf(address)! }));
    const wanted = found.filter((one) => family === "unspec" || one.family === family);
    if (wanted.length === 0) throw memoryError("ENOTFOUND", `resolve ${name}`, { host: name });
    return wanted;
  }

  /** The name that has an address; undefined without one. */
  nameOf(address: string): string | undefined {
    return [...this.names].find(([, addresses]) => addresses.includes(address))?.[0];
  }

  /** What is to happen to what is sent there; undefined where it arrives. */
  blockadeAt(host: string, port: number): Blockade | undefined {
    return this.blockades.get(`${host} ${port}`) ?? this.blockades.get(host);
  }
}

/** Something that is told once, unless it was abandoned before. */
export class Attempt<T> {
  #outcome: Outcome<T> | null;
  readonly #undo: () => void;
  /** Tells nothing any more, and undoes what was done. */
  readonly abandon: Abandon;

  constructor(outcome: Outcome<T>, undo: () => void = () => {}) {
    this.#outcome = outcome;
    this.#undo = undo;
    this.abandon = () => {
      if (this.#take() !== null) this.#undo();
    };
  }

  get over(): boolean {
    return this.#outcome === null;
  }

  succeed(value: T): void {
    this.#take()?.(null, value);
  }

  fail(error: Error): void {
    this.#take()?.(error, null);
  }

  #take(): Outcome<T> | null {
    const outcome = this.#outcome;
    this.#outcome = null;
    return outcome;
  }
}
