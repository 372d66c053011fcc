/**
 * The gate: installs the toolchain, then runs the checks, the suite on every runtime, the oracle, and the built npm
 * package. The last line on stdout is `N passed, N failed` over everything; the exit code is 1 when anything failed.
 *
 *     deno task test [--only check,unit,oracle,npm] [--runtime deno,bun,node,node22] [--stress] [--verbose] [test path …]
 *
 * A runtime that cannot be installed, a part that prints no counts and one that ends badly are failures.
 */

import * as path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runScript, scriptArguments, UsageError } from "./_command_line.ts";
import { endGroupsOnSignals } from "./_process_group.ts";
import { type RuntimeId, RUNTIMES } from "./_runtimes.ts";
import { add, closingLine, type Counts, NONE, readCounts, readSkipped } from "./_test_all/counts.ts";
import { type Choice, type Group, GROUPS, type Part, planParts, toolsOf } from "./_test_all/parts.ts";
import { type Ended, runProcess } from "./_test_all/run_process.ts";
import { describeFailure, installTools } from "./toolchain.mjs";

interface Options extends Choice {
  readonly stress: boolean;
  readonly verbose: boolean;
}

interface Outcome {
  readonly counts: Counts;
  readonly output: string;
  /** What went wrong beyond the cases that failed. */
  readonly trouble?: string;
}

// Two cores are what the gate is measured on; more at once makes tests in real time late.
const AT_ONCE = 2;
const STRESS_FACTOR = 10;

/** Runs the gate as the command line says, and returns the process's exit code. */
async function main(): Promise<number> {
  process.chdir(path.resolve(path.dirname(fileURLToPath(import.meta.url)), ".."));
  const options = readOptions();
  const started = performance.now();
  const missing = await installTools(toolsOf(options));
  for (const failure of missing) console.log(`FAILED  ${describeFailure(failure)}`);
  const runtimes = options.runtimes.filter((id) => !missing.some(({ name }) => name === id));
  const outcomes = await runParts(planParts({ ...options, runtimes }), options);
  const total = outcomes.reduce((sum, outcome) => add(sum, outcome.counts), { ...NONE, failed: missing.length });
  console.log(`\n${seconds(started)} in all`);
  console.log(closingLine(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    args: scriptArguments(),
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true },
      runtime: { type: "string", multiple: true },
      stress: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
    },
  });
  const groups = pick("--only", values.only, GROUPS, (word) => GROUPS.filter((group) => group === word));
  const runtimes = pick("--runtime", values.runtime, [...RUNTIMES, "node"], runtimesOf);
  return {
    groups: (groups ?? (positionals.length > 0 ? ["unit"] : GROUPS)) as readonly Group[],
    runtimes: (runtimes ?? RUNTIMES) as readonly RuntimeId[],
    paths: positionals,
    stress: values.stress,
    verbose: values.verbose,
  };
}

function runtimesOf(word: string): readonly RuntimeId[] {
  return RUNTIMES.filter((id) => id === word || (word === "node" && id.startsWith("node")));
}

function pick<T>(option: string, given: readonly string[] | undefined, known: readonly string[], find: (word: string) => readonly T[]) {
  return given?.flatMap((words) => words.split(",")).flatMap((word) => {
    const found = find(word);
    if (found.length === 0) throw new UsageError(`Cannot use ${option} ${word}: it takes ${known.join(", ")}`);
    return found;
  });
}

/** Runs the parts side by side, and then, one by one, those that want to be alone. */
async function runParts(parts: readonly Part[], options: Options): Promise<Outcome[]> {
  const started = new Map<string, Promise<Outcome>>();
  const inLanes = async (lanes: number, waiting: Part[]) => {
    const lane = async () => {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
        const outcome = runPart(part, options, part.after === undefined ? undefined : started.get(part.after));
        started.set(part.name, outcome);
        await outcome;
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  };
  await inLanes(AT_ONCE, parts.filter((part) => part.alone !== true));
  await inLanes(1, parts.filter((part) => part.alone === true));
  return Promise.all(started.values());
}

async function runPart(part: Part, options: Options, before: Promise<Outcome> | undefined): Promise<Outcome> {
  const began = performance.now();
  if (before !== undefined && (await before).counts.failed > 0) {
    return report(part, began, options, { counts: { ...NONE, failed: 1 }, output: "", trouble: `not run, since ${part.after} failed` });
  }
  const limit = part.limit * 1000 * (options.stress ? STRESS_FACTOR : 1);
  return report(part, began, options, judge(part, await runProcess(part.command, { ...environment(options), ...part.environment }, limit)));
}

/** Node runs each file of tests in a process of its own: what they all load is to be compiled once. */
const COMPILE_CACHE = path.resolve(import.meta.dirname!, "../.toolchain/compile_cache");

function environment({ stress }: Options): Record<string, string | undefined> {
  const { FORCE_COLOR: _force, TSYNCIO_DEBUG: _debug, ...inherited } = process.env;
  return { ...inherited, NO_COLOR: "1", NODE_COMPILE_CACHE: COMPILE_CACHE, ...(stress ? { TSYNCIO_STRESS: "1" } : {}) };
}

function judge(part: Part, { code, output, trouble }: Ended): Outcome {
  const counts = part.printer === "step" ? { ...NONE, passed: code === 0 ? 1 : 0 } : readCounts(part.printer, output);
  const ran = counts === undefined ? 0 : counts.passed + counts.failed + counts.skipped;
  const wrong = trouble ??
    (ran === 0 && code === 0
      ? "it printed no counts"
      : code !== 0 && (counts?.failed ?? 0) === 0
      ? `it ended with exit code ${code}`
      : undefined);
  if (wrong === undefined) return { counts: counts ?? NONE, output };
  return { counts: add(counts ?? NONE, { ...NONE, failed: 1 }), output, trouble: wrong };
}

function report(part: Part, began: number, options: Options, outcome: Outcome): Outcome {
  const { counts, output, trouble } = outcome;
  const good = counts.failed === 0 && trouble === undefined;
  const told = trouble === undefined ? "" : `; ${trouble}`;
  console.log(`${good ? "ok    " : "FAILED"}  ${part.name}: ${closingLine(counts)} (${seconds(began)})${told}`);
  if (good) { for (const note of notesOf(part, output)) console.log(`        ${note}`); }
  if ((!good || options.verbose) && output !== "") console.log(output.trimEnd().replace(/^/gm, "  | "));
  return outcome;
}

/** What is worth telling of a part that passed: the skipped cases, and what a step has to say at its end. */
function notesOf({ printer }: Part, output: string): string[] {
  if (printer === "step") return output.trimEnd().split("\n").slice(-1);
  return readSkipped(printer, output).map((skipped) => `skipped: ${skipped}`);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

endGroupsOnSignals();
await runScript(main);
// On some runtimes the handlers of the signals would keep the process alive.
process.exit();
