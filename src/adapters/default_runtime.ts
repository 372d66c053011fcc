/**
 * Which host this is.
 *
 * @module
 */
import { UnsupportedOperationError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { bunRuntime } from "./bun.ts";
import { denoRuntime } from "./deno.ts";
import { nodeRuntime } from "./node.ts";
import { hostGlobals } from "./shared/host.ts";

/**
 * A runtime of the host that runs this program. Deno and Bun say that they are a Node too, so they are looked for first.
 *
 * @throws UnsupportedOperationError where the host is none of the three.
 */
export function defaultRuntime(): Runtime {
  const { Deno, Bun, process } = hostGlobals();
  if (Deno !== undefined) return denoRuntime();
  if (Bun !== undefined) return bunRuntime();
  if (process?.versions.node !== undefined) return nodeRuntime();
  throw new UnsupportedOperationError("Cannot find a runtime: this host is not Deno, Bun or Node. Give the loop one: { runtime }");
}
