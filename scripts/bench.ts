/**
 * The benchmarks: tsyncio in both kinds of coroutine, beside the same runtime's promises and CPython's asyncio.
 *
 *     deno task bench [--runtime name,name] [--workload name,name] [--rounds N] [--scale F] [--json FILE]
 *
 * Runtimes are node (the newest), node22, node24, node26, bun and deno; without the option node, bun and deno are measured. Workloads
 * are in bench/workloads.ts; `W4` means all whose names begin with `W4-`. Each sample is a process of its own that runs the workload
 * once at a tenth of its size, and then measures it. Each round takes one sample of everybody before the next one begins; medians
 * count. Echo servers (W7, W8-idle) are put under load by a process of its own, the same one for all (bench/echo/load.ts), which runs on
 * Bun and Linux. The file gets an array of `{ workload, subject, runtime, colour, api, n, value, unit }`. The exit code is 1 when a sample
 * failed.
 */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import { runScript, scriptArguments } from "./_command_line.ts";
import { endGroupsOnSignals } from "./_process_group.ts";
import { toInstall } from "./_runtimes.ts";
import { type Options, readOptions } from "./bench/options.ts";
import { findPython, type Python } from "./bench/python.ts";
import { reportLines } from "./bench/report.ts";
import { type Result, rowsOf, valueOf } from "./bench/results.ts";
import { runSample } from "./bench/run_sample.ts";
import { commandOf, isEcho, subjectsOf } from "./bench/subjects.ts";
import { sizesOf } from "./bench/workloads.ts";
import { describeFailure, installTools } from "./toolchain.mjs";

/** The slowest sample takes a few seconds at full size. */
const LIMIT_MS = 120_000;

async function main(): Promise<number> {
  const options = readOptions(scriptArguments());
  endGroupsOnSignals();
  const echoes = options.workloads.some(isEcho);
  const failures = await installTools(toInstall([...new Set([...options.runtimes, ...(echoes ? ["bun" as const] : [])])]));
  for (const failure of failures) console.error(describeFailure(failure));
  if (failures.length > 0) return 1;
  const python = await findPython(echoes);
  for (const line of headLines(options, python)) console.log(line);
  const results = await measure(options, python);
  for (const line of reportLines(options.workloads, results, options.rounds)) console.log(line);
  if (options.json !== null) await fs.writeFile(options.json, `${JSON.stringify(rowsOf(results), null, 2)}\n`);
  return results.some(({ missing }) => missing?.failed === true) ? 1 : 0;
}

function headLines({ scale }: Options, python: Python | undefined): string[] {
  const cpus = os.cpus();
  const others = python === undefined || python.slower.length === 0 ? "" : `, the fastest here; slower: ${python.slower.join(", ")}`;
  return [
    `${cpus.length} × ${cpus[0]?.model.trim() ?? "CPU"}, load ${os.loadavg()[0]?.toFixed(1)} before the first sample`,
    python === undefined
      ? "CPython: none of 3.11 or newer was found, so there are no ratios to it"
      : `CPython ${python.version} (${python.executable}${others})`,
    "Ratios are how many times better a value is, to CPython by the same API and to the best that the runtime offers itself. A target may give the",
    "value that it was derived from. CPU is the processor time of an echo server, all its threads together.",
    ...(scale === 1
      ? []
      : [`At ${scale} times the size targets are only a hint, above all those of W4-sleep, which takes 0.1 s at any size.`]),
    "",
  ];
}

async function measure({ workloads, runtimes, rounds, scale }: Options, python: Python | undefined): Promise<Result[]> {
  const results = workloads.flatMap((workload) =>
    subjectsOf(workload, runtimes, python).map((subject): Result => {
      const { uvloop } = python ?? {};
      const missing = subject.subject === "uvloop" && uvloop && "missing" in uvloop ? { reason: uvloop.missing, failed: false } : null;
      return { workload, subject, n: sizesOf(workload, scale).n, values: [], cpu: [], missing, version: "" };
    })
  );
  for (let round = 0; round < rounds; round++) {
    for (const workload of workloads) {
      console.error(`round ${round + 1} of ${rounds}: ${workload.name}`);
      const contestants = results.filter((result) => result.workload === workload && result.missing === null);
      for (const result of rotated(contestants, round)) await takeSample(result, python, scale);
    }
  }
  return results;
}

/** Nobody is always first, when the machine is still cool. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

async function takeSample(result: Result, python: Python | undefined, scale: number): Promise<void> {
  const { subject, workload, n } = result;
  const ended = await runSample(commandOf(subject, workload, sizesOf(workload, scale), python), LIMIT_MS * Math.max(1, scale));
  if ("value" in ended) {
    result.values.push(valueOf(workload, n, ended.value));
    if (ended.cpu !== undefined) result.cpu.push(ended.cpu / n * 1e6);
    result.version = ended.version;
  } else {
    const failed = "failed" in ended;
    result.missing = { reason: failed ? ended.failed : ended.unavailable, failed };
    result.values.length = 0;
  }
}

await runScript(main);
