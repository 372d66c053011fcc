/**
 * For tests of programs: virtual time, and checks for what is left over.
 *
 * @module
 */
export { assertNothingPending } from "./pending.ts";
export { runVirtual, type RunVirtualOptions } from "./run_virtual.ts";
export { runStrict } from "./strict.ts";
export { VirtualRuntime, type VirtualRuntimeOptions } from "./virtual_runtime.ts";
