/**
 * The port: what the kernel and the I/O layers ask of a host. Types only; src/adapters implements it.
 *
 * @module
 */
import type { Clock, ContextStorage, HostLoop } from "./host.ts";
import type { NetDriver } from "./net_driver.ts";
import type { TlsDriver } from "./tls_driver.ts";

/** The hosts there are. */
export type RuntimeName = "deno" | "bun" | "node" | "virtual";

/** One host, made once and handed to a loop. A missing driver means that the host cannot do it. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly clock: Clock;
  readonly host: HostLoop;
  readonly context: ContextStorage;
  /** Whether the environment asks for debug mode. */
  readonly debugRequested?: () => boolean;
  readonly net?: NetDriver;
  readonly signals?: SignalDriver;
  readonly tls?: TlsDriver;
}

/** Signals of the operating system. The names are checked above. */
export interface SignalDriver {
  /** Calls back whenever the signal arrives; the signal's default action is off meanwhile. */
  add(signal: string, callback: () => void): void;
  /** Undoes `add`; without any callback left the default action is on again. */
  remove(signal: string, callback: () => void): void;
}
