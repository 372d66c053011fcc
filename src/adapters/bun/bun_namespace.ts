/**
 * The parts of the global `Bun` that the adapters use, as types, so that nobody needs Bun's.
 *
 * @module
 */
import { hostGlobals } from "../shared/host.ts";

/** A stream socket. `data` belongs to whoever made it. */
export interface BunSocket<D> {
  data: D;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  setNoDelay(on: boolean): unknown;
  setKeepAlive(on: boolean): unknown;
  pause(): unknown;
  resume(): unknown;
  /** Gives how many bytes the system took; a negative number once it is closed. Keeps none. */
  write(chunk: Uint8Array): number;
  /** Sends the end of stream. */
  shutdown(): unknown;
  /** Closes it both ways. */
  end(): unknown;
  /** Closes it by a reset. */
  terminate(): unknown;
}

/** What all sockets of a listener tell. */
export interface BunSocketEvents<D> {
  readonly binaryType: "uint8array";
  open(socket: BunSocket<D>): void;
  data(socket: BunSocket<D>, chunk: Uint8Array): void;
  drain(socket: BunSocket<D>): void;
  end(socket: BunSocket<D>): void;
  close(socket: BunSocket<D>, error?: unknown): void;
  error(socket: BunSocket<D>, error: unknown): void;
}

/** A TCP listener. */
export interface BunListener {
  readonly hostname: string;
  readonly port: number;
  stop(): void;
}

/** The global `Bun`. */
export interface BunNamespace {
  listen<D>(options: {
    readonly hostname: string;
    readonly port: number;
    readonly allowHalfOpen: true;
    readonly socket: BunSocketEvents<D>;
  }): BunListener;
}

/** The global `Bun`, where there is one. */
export function bunNamespace(): BunNamespace {
  return hostGlobals().Bun as BunNamespace;
}
