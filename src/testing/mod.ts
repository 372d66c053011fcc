/**
 * For tests of programs: virtual time, a network in memory, and checks for what is left over.
 *
 * @module
 */
export type { NetworkConditions, Span } from "./memory/conditions.ts";
export type { MemoryConnection } from "./memory/connection.ts";
export type { Blockade } from "./memory/fabric.ts";
export { MemoryNetwork, type MemoryNetworkOptions, type Streams } from "./memory_network.ts";
export { assertNothingPending } from "./pending.ts";
export { runVirtual, type RunVirtualOptions } from "./run_virtual.ts";
export { runStrict } from "./strict.ts";
export { VirtualRuntime, type VirtualRuntimeOptions } from "./virtual_runtime.ts";
