/**
 * What each host cannot do, as flags of the conformance suites. The suites check each flag, both ways; the table of docs/runtimes.md is made of this one
 * (scripts/runtimes_guide.ts).
 */

import type { DatagramFeature, TransportFeature } from "../../src/testing/mod.ts";

/** The hosts there are; "memory" is the network of the virtual runtime. */
export type HostName = "deno" | "bun" | "node" | "memory";

/** What one of them lacks, by suite. */
export interface Gaps {
  readonly tcp: readonly TransportFeature[];
  readonly tls: readonly TransportFeature[];
  readonly unix: readonly TransportFeature[];
  readonly udp: readonly DatagramFeature[];
}

/** TLS has no half-closed connections anywhere, as in asyncio; sockets with paths have no resets. */
const NOTHING: Gaps = { tcp: [], tls: ["halfClose"], unix: ["reset"], udp: [] };

/** See above. */
export const GAPS: Readonly<Record<HostName, Gaps>> = {
  deno: { tcp: ["reset"], tls: ["halfClose", "reset"], unix: ["reset"], udp: ["refusals", "sharedPort"] },
  bun: NOTHING,
  node: NOTHING,
  memory: NOTHING,
};
