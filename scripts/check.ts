/**
 * The checks of the sources: format, lint, types, layers, names, exports, the guide's table, documentation, and whether they can be published.
 *
 *     deno task check [check …]
 *
 * Each prints one line, and its output where it fails. The last line on stdout is `N passed, N failed`; the exit code is 1 when
 * anything failed.
 */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { listFiles, ROOT } from "./_check/files.ts";
import { type Ended, run } from "./_check/run.ts";
import { runScript, scriptArguments, UsageError } from "./_command_line.ts";
import { executable } from "./_runtimes.ts";
import { describeFailure, installTools } from "./toolchain.mjs";

interface Check {
  readonly name: string;
  /** Runs it; exit code 0 means that nothing was found. */
  readonly find: () => Promise<Ended>;
}

/** Where TypeScript is. */
const PLACES = ["mod.ts", "src", "tests", "scripts", "docs/examples"] as const;

const CHECKS: readonly Check[] = [
  { name: "fmt", find: () => deno("fmt", "--check") },
  { name: "lint", find: () => deno("lint") },
  { name: "types", find: async () => deno("check", ...await listFiles(PLACES)) },
  { name: "erasable", find: parsesAsJavaScript },
  { name: "layers", find: () => script("check_layers.ts") },
  { name: "names", find: () => script("check_names.ts") },
  { name: "exports", find: () => script("check_exports.ts") },
  { name: "guide", find: () => script("runtimes_guide.ts") },
  { name: "documentation", find: async () => deno("doc", "--lint", ...await entryPoints()) },
  { name: "publish", find: () => deno("publish", "--dry-run", "--allow-dirty") },
];

/** Runs the checks that the command line names, or all, and returns the process's exit code. */
async function main(): Promise<number> {
  const { positionals } = parseArgs({ args: scriptArguments(), allowPositionals: true });
  const names = CHECKS.map(({ name }) => name);
  const unknown = positionals.find((word) => !names.includes(word));
  if (unknown !== undefined) throw new UsageError(`Cannot run the check ${unknown}: there are ${names.join(", ")}`);
  let passed = 0;
  let failed = 0;
  for (const check of CHECKS) {
    if (positionals.length > 0 && !positionals.includes(check.name)) continue;
    const began = performance.now();
    const { code, output } = await check.find();
    const good = code === 0;
    if (good) passed++;
    else failed++;
    console.log(`${good ? "ok    " : "FAILED"}  ${check.name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    if (!good) console.log(output.trimEnd().replace(/^/gm, "  | "));
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function deno(...args: readonly string[]): Promise<Ended> {
  return run([executable("deno"), ...args]);
}

function script(name: string): Promise<Ended> {
  return deno("run", "-A", "--no-check", `scripts/${name}`);
}

/** Deno's own check lets what Node cannot run pass, so the oldest Node that runs the sources is asked. */
async function parsesAsJavaScript(): Promise<Ended> {
  const failure = (await installTools(["node22"]))[0];
  if (failure !== undefined) {
    const reason = describeFailure(failure);
    return { code: 1, stdout: "", output: reason };
  }
  const files = await listFiles(PLACES);
  return run([executable("node22"), "--no-warnings", "--experimental-vm-modules", "scripts/_check/parses.mjs"], ROOT, files.join("\n"));
}

async function entryPoints(): Promise<string[]> {
  const { exports } = JSON.parse(await fs.readFile(path.join(ROOT, "deno.json"), "utf8")) as { exports: Record<string, string> };
  return Object.values(exports);
}

await runScript(main);
