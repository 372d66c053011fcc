/**
 * What each host cannot do, as flags of the conformance suites. The suites check each flag, both ways; the table of docs/runtimes.md is made of this one
 * (scripts/runtimes_guide.ts).
 */

import type { DatagramFeature, TransportFeature } from "../../src/testing/mod.ts";

/** The hosts there are; "memory" is the network of the virtual runtime. */
export type HostName = "deno" | "bun" | "node" | "memory";

/** What hosts may lack that have no descriptor left: see tests/net/descriptors_test.ts. A network in memory has none. */
export type DescriptorFeature =
  /** A connect raises an OSError with the code EMFILE. */
  | "reason"
  /** Connections that cannot be accepted wait until they can be; else the host closes them. */
  | "waiting"
  /** The exception handler of the loop is told that a connection could not be accepted. */
  | "report";

/** What child processes may lack. */
export type ProcessFeature =
  /** The return code −N of a child that a real-time signal has ended. */
  | "realTimeSignals"
  /** Starting texts without `#!`, as shells do. */
  | "textPrograms";

/** What signals may lack. */
export type SignalFeature =
  /** That the host itself refuses to handle SIGKILL. The library does everywhere. */
  "refusal";

/** What executors may lack. */
export type ExecutorFeature =
  /** A thread, or a process, that runs out of memory loses its job, and the program goes on. */
  | "threadMemory"
  | "processMemory"
  /** Modules of workers that come from the network. */
  | "network";

/** What one of them lacks, by suite; null where it has nothing of the kind. */
export interface Gaps {
  readonly tcp: readonly TransportFeature[];
  readonly tls: readonly TransportFeature[];
  readonly unix: readonly TransportFeature[];
  readonly udp: readonly DatagramFeature[];
  readonly descriptors: readonly DescriptorFeature[] | null;
  readonly processes: readonly ProcessFeature[] | null;
  readonly signals: readonly SignalFeature[] | null;
  readonly executors: readonly ExecutorFeature[] | null;
}

/** TLS has no half-closed connections anywhere, as in asyncio; sockets with paths have no resets. */
const NETWORK = { tcp: [], tls: ["halfClose"], unix: ["reset"], udp: [] } as const;

/** See above. */
export const GAPS: Readonly<Record<HostName, Gaps>> = {
  deno: {
    ...{ tcp: ["reset"], tls: ["halfClose", "reset"], unix: ["reset"], udp: ["refusals", "sharedPort"] },
    ...{ descriptors: [], processes: [], signals: [], executors: ["threadMemory"] },
  },
  bun: {
    ...NETWORK,
    ...{ descriptors: ["reason", "report"], processes: ["textPrograms"], signals: ["refusal"] },
    executors: ["threadMemory", "processMemory", "network"],
  },
  node: {
    ...NETWORK,
    ...{ descriptors: ["waiting", "report"], processes: ["realTimeSignals"], signals: [], executors: ["network"] },
  },
  memory: {
    ...{ tcp: ["sendfile"], tls: ["halfClose", "sendfile"], unix: ["reset", "sendfile"], udp: [] },
    ...{ descriptors: null, processes: null, signals: null, executors: null },
  },
};
