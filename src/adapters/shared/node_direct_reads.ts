/**
 * Reading into memory of ours, which node:net offers for outgoing connections (its option `onread`).
 *
 * @module
 */
import type { SocketEvents } from "../../runtime/net_driver.ts";
import { getBuiltin } from "./host.ts";
import type { NodeConnectOptions, NodeNetModule, NodeOnRead, NodePathOptions, NodeSocket } from "./node_modules.ts";

/** The most that one read brings, in bytes. */
const SIZE = 64 * 1024;
/** How much larger than a chunk its memory may be. */
const MUCH = 16;

/** Memory for the outgoing connections of a thread. All read into one piece: for each read Node would take fresh memory of that size. */
export class DirectReads {
  #memory: Uint8Array | null = null;

  reader(): DirectReader {
    return new DirectReader(this.#memory ??= new Uint8Array(SIZE));
  }
}

/** A socket that connects, and what it reads by. */
export interface Connecting {
  readonly socket: NodeSocket;
  readonly reader: DirectReader | null;
}

/** Connects. Without `reads` the socket tells of data by events; else it is paused once it is connected, for it does not keep what nobody listens for. */
export function connectSocket(options: NodeConnectOptions | NodePathOptions, reads: DirectReads | null): Connecting {
  const { connect } = getBuiltin<NodeNetModule>("node:net");
  if (reads === null) return { socket: connect(options), reader: null };
  const reader = reads.reader();
  const socket = connect({ ...options, onread: reader.onread });
  socket.on("connect", () => {
    socket.read(0); // begins the first read: else the first `resume` would, a tick later, even if `pause` came between
    socket.pause();
  });
  return { socket, reader };
}

/** Reads for one connection. What was read is copied at once, before any other connection reads. */
export class DirectReader {
  /** Who gets it; null for nobody any more, or not yet. */
  receiver: Pick<SocketEvents, "borrows" | "onData"> | null = null;
  /** A chunk's memory that came back. */
  #spare: Uint8Array | null = null;
  readonly onread: NodeOnRead;

  constructor(memory: Uint8Array) {
    const callback = (count: number): boolean => {
      const { receiver } = this;
      receiver?.onData(receiver.borrows === true ? this.#lend(memory, count) : memory.slice(0, count));
      return true;
    };
    this.onread = { buffer: memory, callback };
  }

  #lend(memory: Uint8Array, count: number): Uint8Array {
    const room = this.#takeSpare(count) ?? new Uint8Array(2 ** Math.ceil(Math.log2(count)));
    room.set(memory.subarray(0, count));
    return room.subarray(0, count);
  }

  #takeSpare(count: number): Uint8Array | null {
    const spare = this.#spare;
    this.#spare = null;
    return spare !== null && count <= spare.length && spare.length <= MUCH * count ? spare : null;
  }

  giveBack({ buffer }: Uint8Array): void {
    this.#spare = new Uint8Array(buffer);
  }
}
