/**
 * Runs the tour, `docs/examples/tour.ts`, on one runtime, which is installed first where it is missing:
 *
 *     deno task demo [-- --runtime deno|bun|node]
 *
 * "node" is the newest one of the gate. The exit code is the tour's.
 */

import { spawn } from "node:child_process";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runScript, scriptArguments, UsageError } from "./_command_line.ts";
import { NEWEST_NODE, programCommand, type RuntimeId, SOURCE_RUNTIMES, toInstall } from "./_runtimes.ts";
import { describeFailure, installTools } from "./toolchain.mjs";

async function main(): Promise<number> {
  const id = chosenRuntime();
  const [failure] = await installTools(toInstall([id]));
  if (failure !== undefined) {
    console.error(describeFailure(failure));
    return 1;
  }
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
  const [command, ...args] = programCommand(id, path.join(root, "docs", "examples", "tour.ts"));
  return await run(command, args);
}

function chosenRuntime(): RuntimeId {
  const { values } = parseArgs({ args: scriptArguments(), options: { runtime: { type: "string", default: "deno" } } });
  const id = values.runtime === "node" ? NEWEST_NODE : SOURCE_RUNTIMES.find((id) => id === values.runtime);
  if (id === undefined) throw new UsageError(`Cannot run on ${values.runtime}: --runtime takes node, ${SOURCE_RUNTIMES.join(", ")}`);
  return id;
}

function run(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

await runScript(main);
