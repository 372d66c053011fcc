/**
 * The port: what the kernel and the I/O layers ask of a host. Types only; src/adapters implements it.
 *
 * @module
 */
import type { Clock, ContextStorage, HostLoop } from "./host.ts";
import type { FileDriver } from "./file_driver.ts";
import type { NetDriver } from "./net_driver.ts";
import type { PipeDriver } from "./pipe_driver.ts";
import type { ProcessDriver } from "./process_driver.ts";
import type { TlsDriver } from "./tls_driver.ts";
import type { UdpDriver } from "./udp_driver.ts";
import type { UnixDriver } from "./unix_driver.ts";
import type { WorkerDriver } from "./worker_driver.ts";

/** The hosts there are; "web" is any that has the timers of browsers. */
export type RuntimeName = "deno" | "bun" | "node" | "web" | "virtual";

/** One host, made once and handed to a loop. A missing driver means that the host cannot do it. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly clock: Clock;
  readonly host: HostLoop;
  readonly context: ContextStorage;
  /** Whether the environment asks for debug mode. */
  readonly debugRequested?: () => boolean;
  /** For tests: numbers from 0 to 1 that decide in what order runs what is ready in a turn. Without it: first come, first served. */
  readonly random?: (() => number) | undefined;
  readonly net?: NetDriver;
  readonly udp?: UdpDriver;
  /** Undefined on systems without such sockets. */
  readonly unix?: UnixDriver | undefined;
  readonly pipes?: PipeDriver;
  readonly processes?: ProcessDriver;
  readonly signals?: SignalDriver;
  readonly tls?: TlsDriver;
  readonly files?: FileDriver;
  readonly workers?: WorkerDriver;
}

/** Signals of the operating system. The names are checked above. */
export interface SignalDriver {
  /** Calls back whenever the signal arrives; the signal's default action is off meanwhile. */
  add(signal: string, callback: () => void): void;
  /** Undoes `add`; without any callback left the default action is on again. */
  remove(signal: string, callback: () => void): void;
}
