/** Who is measured, and how each one is started. */

import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { programCommand, type RuntimeId } from "../_runtimes.ts";
import { type Python, PYTHON_PROGRAM } from "./python.ts";
import type { Colour, Workload } from "./workloads.ts";

/** One that runs the workloads. */
export type Subject =
  | { readonly subject: "cpython"; readonly runtime: "cpython"; readonly colour: null; readonly python: Python }
  | { readonly subject: "native"; readonly runtime: RuntimeId; readonly colour: null }
  | { readonly subject: "tsyncio"; readonly runtime: RuntimeId; readonly colour: Colour };

const FOLDER = path.dirname(fileURLToPath(import.meta.url));

/** All of them: CPython first, and for each runtime the floor before ours. */
export function subjectsOf(runtimes: readonly RuntimeId[], python: Python | undefined): readonly Subject[] {
  const peers: Subject[] = python === undefined ? [] : [{ subject: "cpython", runtime: "cpython", colour: null, python }];
  return [
    ...peers,
    ...runtimes.flatMap((runtime): Subject[] => [
      { subject: "native", runtime, colour: null },
      { subject: "tsyncio", runtime, colour: "generator" },
      { subject: "tsyncio", runtime, colour: "async" },
    ]),
  ];
}

/** The command that runs one sample. */
export function commandOf(
  subject: Subject,
  workload: Workload,
  sizes: { readonly n: number; readonly warmUp: number },
): [string, ...string[]] {
  const args = [workload.name, String(sizes.n), String(sizes.warmUp)];
  if (subject.subject === "cpython") return [subject.python.executable, PYTHON_PROGRAM, ...args];
  const file = subject.subject === "native" ? "native.ts" : `tsyncio_${subject.colour}.ts`;
  const [executable, ...rest] = programCommand(subject.runtime, path.join(FOLDER, file), args);
  return [executable, ...(workload.unit === "bytes" ? withCollector(subject.runtime, rest) : rest)];
}

/** Lets the program run the garbage collector. */
function withCollector(runtime: RuntimeId, args: readonly string[]): string[] {
  const [first = "", ...rest] = args;
  if (runtime === "bun") return [first, ...rest];
  return runtime === "deno" ? [first, "--v8-flags=--expose-gc", ...rest] : ["--expose-gc", first, ...rest];
}
