/**
 * Runs the library's ports of the oracle's scenarios, as generators and as async functions, on each runtime, and
 * compares the traces that they write with CPython's.
 *
 *     deno task oracle [--runtime deno|bun|node22|node24|node26|node] [--colour generator|async]
 *                      [--ports DIR] [--expected DIR] [--jobs N] [--limit SECONDS] [topic, number or name …]
 *
 * Without options: the ports of tests/oracle on all runtimes, in both colours. `node` means the newest. Each failure
 * is shown as a unified difference; the last line is `N passed, N failed`, and the exit code is 1 when any failed.
 *
 * Some scenarios tell sleeps apart that differ by 30 ms. Where a process stalls for longer than that, the sleeps are over in one turn, and CPython
 * itself writes another trace; so a port that failed is looked at once more at the end, alone, and its line says so.
 */

import { createHash } from "node:crypto";
import * as path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runScript, scriptArguments, UsageError } from "./_command_line.ts";
import { type Command, killRunning, type Run, runBatch } from "./_oracle/batch.ts";
import { unifiedDifference } from "./_oracle/difference.ts";
import { readEntries, writeForms } from "./_oracle/forms.ts";
import { type Options, readOptions } from "./_oracle/options.ts";
import { expectedTrace, findPorts, matches, type Port, whyNotOn } from "./_oracle/ports.ts";
import type { Colour } from "./_oracle/twin.ts";
import { executable, programCommand, type RuntimeId, toInstall } from "./_runtimes.ts";
import { describeFailure, installTools } from "./toolchain.mjs";

/** The ports of one colour, written where they run. */
interface Form {
  readonly colour: Colour;
  readonly folder: string;
  readonly ports: readonly Port[];
  /** Ports that have no such form although they should, with the reason. */
  readonly failures: ReadonlyMap<string, string>;
}

/** One process's work. */
interface Batch {
  readonly runtime: RuntimeId;
  readonly form: Form;
  readonly ports: readonly Port[];
}

interface Counts {
  passed: number;
  failed: number;
}

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const CHILD = path.join(ROOT, "scripts/_oracle/child.ts");

/** Runs the harness as the command line says, and returns the process's exit code. */
async function main(): Promise<number> {
  const options = readOptions(scriptArguments(), ROOT);
  const ports = chosenPorts(options);
  const forms = options.colours.map((colour) => writeForm(options, ports, colour));
  const missing = await missingRuntimes(options.runtimes);
  const counts = new Map<string, Counts>();
  const batches = options.runtimes.flatMap((runtime) => forms.flatMap((form) => batchesOf(runtime, form)));
  const doubtful: Batch[] = [];
  await inLanes(options.jobs, batches, async (batch) => {
    for (const run of await runsOf(batch, options, missing.get(batch.runtime))) {
      if (problemsOf(run, batch, options).length === 0) count(batch, counts, "passed");
      else doubtful.push({ ...batch, ports: batch.ports.filter(({ name }) => name === run.name) });
    }
  });
  for (const batch of doubtful) {
    for (const run of await runsOf(batch, options, missing.get(batch.runtime))) judgeAgain(run, batch, options, counts);
  }
  return close(counts);
}

function chosenPorts({ ports: folder, words }: Options): Port[] {
  const ports = findPorts(folder);
  const unknown = words.find((word) => !ports.some((port) => matches(port, word)));
  if (unknown !== undefined) throw new UsageError(`Cannot run ${unknown}: no port in ${folder} has this number, topic or name`);
  return ports.filter((port) => words.length === 0 || words.some((word) => matches(port, word)));
}

function writeForm(options: Options, ports: readonly Port[], colour: Colour): Form {
  const folder = path.join(ROOT, ".work/oracle", ...folderName(options.ports), colour);
  const failures = writeForms(options.ports, folder, colour, readEntries(ROOT));
  return { colour, folder, failures, ports: ports.filter(({ only }) => only === undefined || only === colour) };
}

/** Ports kept elsewhere have a folder of their own, so that two runs do not remove each other's files. */
function folderName(ports: string): string[] {
  const own = ports === path.join(ROOT, "tests/oracle/ports");
  return own ? [] : [createHash("sha256").update(ports).digest("hex").slice(0, 8)];
}

async function missingRuntimes(runtimes: readonly RuntimeId[]): Promise<Map<string, string>> {
  const failures = await installTools(toInstall(runtimes));
  return new Map(failures.map((failure) => [failure.name, describeFailure(failure)]));
}

/** The ports that share a process first, then those that want one of their own. */
function batchesOf(runtime: RuntimeId, form: Form): Batch[] {
  const possible = form.ports.filter((port) => {
    const reason = whyNotOn(port, runtime);
    if (reason !== undefined) console.log(`left out ${port.name} (${form.colour}, ${runtime}): ${reason}`);
    return reason === undefined;
  });
  const alone = possible.filter((port) => port.alone).map((port) => [port]);
  const groups = [possible.filter((port) => !port.alone), ...alone];
  return groups.filter((ports) => ports.length > 0).map((ports) => ({ runtime, form, ports }));
}

function runsOf({ runtime, form, ports }: Batch, { limit }: Options, missing: string | undefined): Promise<Run[]> {
  const refused = ({ name, file }: Port): string | undefined => missing ?? form.failures.get(file)?.replace(/^/, `${name}: `);
  const failed = ports.flatMap((port) => {
    const reason = refused(port);
    return reason === undefined ? [] : [{ name: port.name, trace: [], errors: [reason], output: "" }];
  });
  const jobs = ports.filter((port) => refused(port) === undefined).map(({ name, file }) => ({ name, file: path.join(form.folder, file) }));
  return runBatch(commandOf(runtime), jobs, limit).then((runs) => [...failed, ...runs]);
}

function commandOf(runtime: RuntimeId): Command {
  // Node warns of each module that it had to find out to be one.
  const flags = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--disable-warning=ExperimentalWarning"];
  if (runtime.startsWith("node")) return (jobs) => [executable(runtime), ...flags, CHILD, jobs];
  return (jobs) => programCommand(runtime, CHILD, [jobs]);
}

async function inLanes<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function problemsOf(run: Run, { form }: Batch, options: Options): string[] {
  const port = form.ports.find(({ name }) => name === run.name) as Port;
  const expected = expectedTrace(options.expected, port, form.colour);
  return [...(expected === undefined ? ["there is no expected trace"] : unifiedDifference(expected, run.trace)), ...run.errors];
}

function judgeAgain(run: Run, batch: Batch, options: Options, counts: Map<string, Counts>): void {
  const problems = problemsOf(run, batch, options);
  const name = `${run.name} (${batch.form.colour}, ${batch.runtime})`;
  count(batch, counts, problems.length === 0 ? "passed" : "failed");
  if (problems.length === 0) return console.log(`again   ${name}: passed when it ran alone`);
  const output = run.output === "" ? "" : `printed:\n${run.output}\n`;
  console.log(`FAILED  ${name}\n${`${problems.join("\n")}\n${output}`.replace(/^(?=.)/gm, "    ")}`);
}

function count({ runtime, form }: Batch, counts: Map<string, Counts>, outcome: keyof Counts): void {
  const key = `${runtime} ${form.colour}`;
  const tally = counts.get(key) ?? { passed: 0, failed: 0 };
  counts.set(key, tally);
  tally[outcome] += 1;
}

function close(counts: ReadonlyMap<string, Counts>): number {
  const total = { passed: 0, failed: 0 };
  for (const [key, { passed, failed }] of counts) {
    console.log(`${key}: ${passed} passed, ${failed} failed`);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    killRunning();
    process.exit(signal === "SIGINT" ? 130 : 143);
  });
}
await runScript(main);
// On some runtimes the handlers of the signals would keep the process alive.
process.exit();
