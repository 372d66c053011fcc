/** What the tests of faults share: a count of what is open, and peers that are not ours and behave badly. */

import { connect as connectByHost, createServer, type Socket } from "node:net";
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { createTask, getRunningLoop, Protocol, type StreamWriter, type Transport, until, wait } from "../../mod.ts";
import { assert, runtimeName } from "../_kit/mod.ts";

/** How many sockets the process has open; null where the system does not tell. */
export function openSockets(): number | null {
  let names: string[];
  try {
    names = readdirSync("/proc/self/fd");
  } catch {
    return null;
  }
  return names.filter((name) => isSocket(`/proc/self/fd/${name}`)).length;
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    return false; // that of the folder, which is closed again
  }
}

/** One turn of the host. */
export function hostTurn(): PromiseLike<void> {
  return until(new Promise<void>((resolve) => setImmediate(resolve)));
}

/** How many turns a host gets to close what it was told to close. */
const PATIENCE = 5000;

/** Runs `body`; afterwards the loop and the process have no more open than before. */
export async function leavingNothingOpen<T>(body: () => PromiseLike<T> | T): Promise<T> {
  const loop = getRunningLoop();
  const sockets = openSockets() ?? 0;
  const handles = loop._open.size;
  const result = await body();
  const isMore = (): boolean => loop._open.size > handles || (openSockets() ?? 0) > sockets;
  for (let turns = 0; turns < PATIENCE && isMore(); turns++) await hostTurn();
  assert.equal(loop._open.size, handles);
  assert.ok((openSockets() ?? 0) <= sockets, `${openSockets()} sockets are open, before there were ${sockets}`);
  return result;
}

/** Node 22 takes a reset for an end when there was something left to read. */
export const resetsLookLikeEnds: boolean = runtimeName === "node" && process.versions.node.startsWith("22.");

/** How many turns without progress mean that there will be none: what moves between two sockets of one machine needs a few. */
const STUCK = 1000;

/**
 * Writes `chunk` again and again, with `drain`, until nothing moves any more, at the most `limit` bytes; gives how much that was and the most that the
 * transport held.
 */
export async function writeUntilStuck(
  writer: StreamWriter,
  chunk: Uint8Array,
  limit: number = Infinity,
): Promise<{ offered: number; most: number }> {
  let most = 0;
  for (let offered = 0; offered < limit;) {
    writer.write(chunk);
    offered += chunk.length;
    most = Math.max(most, writer.transport.getWriteBufferSize());
    const drain = createTask(() => writer.drain());
    for (let turns = 0; turns < STUCK && !drain.done(); turns++) await hostTurn();
    if (drain.done()) drain.result();
    else {
      drain.cancel();
      await wait([drain]);
      return { offered, most };
    }
  }
  throw new Error(`the peer took ${limit} bytes`);
}

/** The other side, by node:net. */
export interface Peer {
  readonly socket: Socket;
  /** All that it has received. */
  readonly received: () => string;
  /** Resolves when it has heard the end. */
  readonly ended: Promise<void>;
  readonly closed: Promise<void>;
}

function peerOf(socket: Socket): Peer {
  let received = "";
  socket.on("error", () => {});
  socket.on("data", (chunk) => received += chunk.toString("latin1"));
  return {
    socket,
    received: () => received,
    ended: new Promise((resolve) => socket.on("end", resolve)),
    closed: new Promise((resolve) => socket.on("close", () => resolve())),
  };
}

/** A protocol that logs how its connection goes: what came is counted. */
export class Witness extends Protocol {
  readonly log: string[] = [];
  transport: Transport | null = null;
  received = 0;
  error: Error | null = null;
  keepOpen = true;
  readonly lost: Promise<void>;
  #tellLost: () => void = () => {};
  readonly #waiting: (() => void)[] = [];

  constructor() {
    super();
    this.lost = new Promise((resolve) => this.#tellLost = resolve);
  }

  override connectionMade(transport: Transport): void {
    this.transport = transport;
    this.log.push("made");
  }

  override dataReceived(data: Uint8Array): void {
    this.received += data.length;
    if (this.log.at(-1) !== "data") this.log.push("data");
    for (const wake of this.#waiting.splice(0)) wake();
  }

  override eofReceived(): boolean {
    this.log.push("eof");
    for (const wake of this.#waiting.splice(0)) wake();
    return this.keepOpen;
  }

  override pauseWriting(): void {
    this.log.push("full");
  }

  override connectionLost(error: Error | null): void {
    this.log.push("lost");
    this.error = error;
    this.#tellLost();
  }

  /** Resolves with the next data, or the end. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** A connection between a protocol of ours and a peer by node:net. */
export interface Link {
  readonly ours: Witness;
  readonly transport: Transport;
  readonly peer: Peer;
}

/** Makes a connection in which this side has the role; `meet` is called with the peer's socket as soon as that is there. */
export async function link(role: "client" | "server", meet: (socket: Socket) => void = () => {}): Promise<Link> {
  return role === "client" ? await linkAsClient(meet) : await linkAsServer(meet);
}

async function linkAsClient(meet: (socket: Socket) => void): Promise<Link> {
  let tell: (peer: Peer) => void = () => {};
  const accepted = new Promise<Peer>((resolve) => tell = resolve);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = peerOf(socket);
    meet(socket);
    tell(peer);
  });
  await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const { port } = server.address() as { port: number };
  const [transport, ours] = await getRunningLoop().createConnection(() => new Witness(), { host: "127.0.0.1", port });
  const peer = await until(accepted);
  server.close();
  return { ours, transport, peer };
}

async function linkAsServer(meet: (socket: Socket) => void): Promise<Link> {
  let tell: (witness: Witness) => void = () => {};
  const made = new Promise<Witness>((resolve) => tell = resolve);
  class Announcing extends Witness {
    override connectionMade(transport: Transport): void {
      super.connectionMade(transport);
      tell(this);
    }
  }
  const server = await getRunningLoop().createServer(() => new Announcing(), { host: "127.0.0.1", port: 0 });
  const socket = connectByHost({ host: "127.0.0.1", port: server.sockets[0]!.address.port, allowHalfOpen: true });
  const peer = peerOf(socket);
  socket.on("connect", () => meet(socket));
  const ours = await until(made);
  server.close();
  return { ours, transport: ours.transport!, peer };
}
