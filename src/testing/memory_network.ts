/**
 * A network in memory, for programs in virtual time.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, awaitable, type CoroutineGenerator, currentLoop } from "../core/mod.ts";
import { familyOf } from "../net/ip_address.ts";
import { beginTransport } from "../net/connection.ts";
import type { NetLoop } from "../net/net_loop.ts";
import type { Protocol } from "../net/protocols.ts";
import type { Transport } from "../net/transports.ts";
import type { NetDriver, SocketHandle } from "../runtime/net_driver.ts";
import type { UdpDriver } from "../runtime/udp_driver.ts";
import type { UnixDriver } from "../runtime/unix_driver.ts";
import { StreamReaderProtocol } from "../streams/open_connection.ts";
import { type StreamOptions, StreamReader } from "../streams/stream_reader.ts";
import { StreamWriter } from "../streams/stream_writer.ts";
import type { NetworkConditions } from "./memory/conditions.ts";
import type { MemoryConnection } from "./memory/connection.ts";
import { type Blockade, Fabric } from "./memory/fabric.ts";
import { MemoryNet } from "./memory/net.ts";
import type { Host } from "./memory/timeline.ts";
import { MemoryUdp } from "./memory/udp.ts";
import { MemoryUnix } from "./memory/unix.ts";

/** What a network is like from the beginning. */
export interface MemoryNetworkOptions extends NetworkConditions {
  /** Decides all that is left to chance. @default 0 */
  readonly seed?: number;
  /** Addresses of names, beside `localhost`. A name that is not known cannot be resolved. */
  readonly hosts?: Readonly<Record<string, string | readonly string[]>>;
}

/** What `StreamReader` and `StreamWriter` make of one end of a connection. */
export type Streams = [reader: StreamReader, writer: StreamWriter];

/**
 * TCP, UDP, sockets with paths, and names, without a system: every program that runs in virtual time has one, and runs on it as it would on a host's.
 *
 *     const network = new MemoryNetwork({ latency: [5, 50], chunkSize: [1, 100], loss: 0.1, hosts: { "db.example": "192.0.2.7" } });
 *     await runVirtual(async () => {
 *       const server = await startServer(serve, "db.example", 5432);
 *       const [reader, writer] = await openConnection("db.example", 5432);
 *       network.connections[0]!.reset();
 *       …
 *     }, { network });
 *
 * Every address is of this machine: whoever listens at one is found there. Latency is in the time of the runtime, and what is left to chance is decided
 * by the seed: the same program takes the same course. Connections that nobody closes end with their loop.
 *
 * It belongs to the first runtime that uses it; loops on one runtime share it.
 */
export class MemoryNetwork {
  readonly #fabric: Fabric;
  /** @internal */
  readonly _net: NetDriver;
  /** @internal */
  readonly _udp: UdpDriver;
  /** @internal */
  readonly _unix: UnixDriver;
  #nextPort = 1;

  /** A network with nobody on it. @throws TypeError or RangeError for conditions and addresses that cannot be. */
  constructor(options: MemoryNetworkOptions = {}) {
    const { seed = 0, hosts = {} } = options;
    this.#fabric = new Fabric(seed);
    this.#fabric.conditions.change(options);
    this._net = new MemoryNet(this.#fabric);
    this._udp = new MemoryUdp(this.#fabric);
    this._unix = new MemoryUnix(this.#fabric);
    for (const [name, addresses] of Object.entries(hosts)) this.setHost(name, addresses);
  }

  /**
   * Takes the time of a runtime. @throws RuntimeError when it has that of another one.
   * @internal
   */
  _follow(host: Host): void {
    this.#fabric.timeline.follow(host);
  }

  // -------------------------------------------------------------- what it is like

  /** Changes what is given. @throws TypeError or RangeError for what cannot be, and then nothing is changed. */
  change(conditions: NetworkConditions): void {
    this.#fabric.conditions.change(conditions);
  }

  /** From now on a name has these addresses; without any it is not known. @throws RangeError for what is no address. */
  setHost(name: string, addresses: string | readonly string[]): void {
    if (typeof name !== "string") throw new TypeError(`Cannot name a host: a string was expected, got ${typeName(name)}`);
    const all = typeof addresses === "string" ? [addresses] : [...addresses];
    const wrong = all.find((address) => typeof address !== "string" || familyOf(address) === null);
    if (wrong !== undefined) throw new RangeError(`Cannot name the host ${name}: ${String(wrong)} is no address`);
    this.#fabric.names.set(name.toLowerCase(), all);
  }

  /**
   * From now on nothing reaches an address, at one port or at all of them: it is refused, as where nobody listens; it is dropped, and whoever waits for an
   * answer waits for ever; or it is unreachable (EHOSTUNREACH). Connections that are there go on.
   *
   * @throws RangeError for what is no address.
   */
  block(address: string, how: Blockade = "refuse", port?: number): void {
    this.#fabric.blockades.set(blockedPlace(address, port), how);
  }

  /** Undoes the `block` of the same place. */
  unblock(address: string, port?: number): void {
    this.#fabric.blockades.delete(blockedPlace(address, port));
  }

  // -------------------------------------------------------------- connections

  /** The connections that either end has not closed, oldest first. */
  get connections(): readonly MemoryConnection[] {
    return [...this.#fabric.connections];
  }

  /** Both ends of a new connection, each of a protocol, whose `connectionMade` was called. To be called inside a loop. */
  createPair<A extends Partial<Protocol>, B extends Partial<Protocol>>(
    firstFactory: () => A,
    secondFactory: () => B,
  ): Awaitable<[first: [Transport, A], second: [Transport, B]]> {
    const loop = currentLoop() as NetLoop;
    this._follow(loop._runtime);
    return awaitable(this.#createPair(loop, firstFactory, secondFactory));
  }

  *#createPair<A extends Partial<Protocol>, B extends Partial<Protocol>>(
    loop: NetLoop,
    firstFactory: () => A,
    secondFactory: () => B,
  ): CoroutineGenerator<[[Transport, A], [Transport, B]]> {
    const [firstProtocol, secondProtocol] = [firstFactory(), secondFactory()];
    const { client, server } = this.#pair();
    try {
      const first = yield* beginTransport(loop, client, firstProtocol, null);
      const second = yield* beginTransport(loop, server, secondProtocol, null);
      return [[first, firstProtocol], [second, secondProtocol]];
    } catch (error) {
      for (const end of [client, server]) end.close();
      throw error;
    }
  }

  #pair(): { readonly client: SocketHandle; readonly server: SocketHandle } {
    const [client, server] = [this.#nextPort++, this.#nextPort++].map((port) => ({ host: "127.0.0.1", port, family: "IPv4" as const }));
    return this.#fabric.pair(client!, server!);
  }

  /** Both ends of a new connection as streams. Options as of `openConnection`. To be called inside a loop. */
  openPair(options: StreamOptions = {}): Awaitable<[first: Streams, second: Streams]> {
    const loop = currentLoop() as NetLoop;
    this._follow(loop._runtime);
    return awaitable(this.#openPair(loop, options));
  }

  *#openPair(loop: NetLoop, options: StreamOptions): CoroutineGenerator<[Streams, Streams]> {
    const readers = [0, 1].map(() => new StreamReader({ ...options, loop }));
    const [first, second] = readers.map((reader) => () => new StreamReaderProtocol(reader, undefined, { loop }));
    const ends = yield* this.#createPair(loop, first!, second!);
    return ends.map(([transport, protocol], at) => {
      const reader = readers[at]!;
      return [reader, new StreamWriter(transport, protocol, reader)];
    }) as [Streams, Streams];
  }
}

function blockedPlace(address: string, port: number | undefined): string {
  if (familyOf(String(address)) === null) throw new RangeError(`Cannot block ${String(address)}: it is no address`);
  return port === undefined ? address : `${address} ${port}`;
}
