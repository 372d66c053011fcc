/** The runtimes that the scripts start, and where their executables are. */

import { toolPath } from "./toolchain.mjs";

/** A runtime of the gate, named as its executable in `.toolchain/bin`. */
export type RuntimeId = "deno" | "bun" | "node20" | "node22" | "node24" | "node26";

/** All of them. Node 20 runs the built package only: it cannot read TypeScript. */
export const RUNTIMES: readonly RuntimeId[] = ["deno", "bun", "node20", "node22", "node24", "node26"];

/** Those that run the sources. */
export const SOURCE_RUNTIMES: readonly RuntimeId[] = RUNTIMES.filter((id) => id !== "node20");

/** The Node that the word "node" means where one is asked for. */
export const NEWEST_NODE: RuntimeId = "node26";

const host = globalThis as { readonly Deno?: { execPath(): string } };

/** The runtimes that must be installed before `ids` can be started: the Deno that runs the script is there already. */
export function toInstall(ids: readonly RuntimeId[]): RuntimeId[] {
  return ids.filter((id) => id !== "deno" || host.Deno === undefined);
}

/** The executable of a runtime; for Deno the one that runs the script. */
export function executable(id: RuntimeId): string {
  return id === "deno" && host.Deno !== undefined ? host.Deno.execPath() : toolPath(id);
}

/** The command that runs a program of this tree. */
export function programCommand(id: RuntimeId, file: string, args: readonly string[] = []): readonly [string, ...string[]] {
  return [executable(id), ...flagsOf(id), file, ...args];
}

function flagsOf(id: RuntimeId): readonly string[] {
  if (id === "deno") return ["run", "-A"];
  // Without a package.json Node warns of each file that it had to find out to be a module.
  return id === "bun" ? [] : ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--disable-warning=ExperimentalWarning"];
}
