/** Who is measured, and how each one is started. */

import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { executable, programCommand, type RuntimeId } from "../_runtimes.ts";
import { ECHO_SERVER, type Python, PYTHON_PROGRAM, type Uvloop } from "./python.ts";
import type { Colour, Workload } from "./workloads.ts";

/** One that runs a workload. */
export interface Subject {
  readonly subject: "tsyncio" | "native" | "cpython" | "uvloop";
  readonly runtime: RuntimeId | "cpython";
  readonly colour: Colour | null;
  /** What it uses, where there is a choice: "protocol" or "streams", or a function of the runtime. */
  readonly api: string | null;
}

/** What a sample needs. */
export interface Sizes {
  readonly n: number;
  readonly warmUp: number;
}

type Command = readonly [string, ...string[]];

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const COLOURS = ["generator", "async"] as const;

/** All who run a workload: CPython first, and for each runtime what it offers itself before ours. */
export function subjectsOf(workload: Workload, runtimes: readonly RuntimeId[], python: Python | undefined): readonly Subject[] {
  const { peers, nativesOf, ours } = fieldOf(workload);
  return [
    ...(python === undefined ? [] : peers),
    ...runtimes.flatMap((runtime): Subject[] => [
      ...nativesOf(runtime).map((api): Subject => ({ subject: "native", runtime, colour: null, api })),
      ...ours.map((one): Subject => ({ subject: "tsyncio", runtime, ...one })),
    ]),
  ];
}

interface Field {
  readonly peers: readonly Subject[];
  readonly nativesOf: (runtime: RuntimeId) => readonly (string | null)[];
  readonly ours: readonly Pick<Subject, "colour" | "api">[];
}

function fieldOf(workload: Workload): Field {
  if (isEcho(workload)) {
    return {
      peers: (["cpython", "uvloop"] as const).flatMap((one) => [peer(one, "protocol"), peer(one, "streams")]),
      nativesOf: echoNatives,
      ours: [{ colour: null, api: "protocol" }, ...COLOURS.map((colour) => ({ colour, api: "streams" }))],
    };
  }
  const nativesOf = isChild(workload) ? childNatives : () => [null];
  return { peers: [peer("cpython", null)], nativesOf, ours: COLOURS.map((colour) => ({ colour, api: null })) };
}

function isChild({ name }: Workload): boolean {
  return name.startsWith("W9-");
}

function peer(subject: "cpython" | "uvloop", api: string | null): Subject {
  return { subject, runtime: "cpython", colour: null, api };
}

function echoNatives(runtime: RuntimeId): string[] {
  return ["node:net", ...(runtime === "deno" ? ["Deno.listen"] : runtime === "bun" ? ["Bun.listen"] : [])];
}

function childNatives(runtime: RuntimeId): string[] {
  return ["child_process", ...(runtime === "deno" ? ["Deno.Command"] : runtime === "bun" ? ["Bun.spawn"] : [])];
}

/** Whether it puts load on a server. */
export function isEcho({ name }: Workload): boolean {
  return name.startsWith("W7-") || name === "W8-idle";
}

/** The command that runs one sample. */
export function commandOf(subject: Subject, workload: Workload, sizes: Sizes, python: Python | undefined): Command {
  return isEcho(workload) ? echoCommand(subject, workload, sizes, python) : taskCommand(subject, workload, sizes, python);
}

/** The load comes from a process of its own, the same one for all servers; it starts the server. */
function echoCommand(subject: Subject, { echo }: Workload, { n, warmUp }: Sizes, python: Python | undefined): Command {
  const load = echo === null ? ["idle", n] : ["echo", echo.connections, echo.size, n, warmUp];
  return [executable("bun"), inFolder("echo/load.ts"), ...load.map(String), ...serverCommand(subject, python)];
}

function serverCommand({ subject, runtime, colour, api }: Subject, python: Python | undefined): Command {
  if (subject === "uvloop") return [python!.executable, ECHO_SERVER, api!, "uvloop", (python!.uvloop as Uvloop).folder];
  if (runtime === "cpython") return [python!.executable, ECHO_SERVER, api!, "asyncio"];
  return programCommand(runtime, inFolder(subject === "native" ? "echo/native.ts" : "echo/tsyncio.ts"), [api!, colour ?? ""]);
}

function taskCommand(
  { subject, runtime, colour, api }: Subject,
  workload: Workload,
  { n, warmUp }: Sizes,
  python: Python | undefined,
): Command {
  const args = [workload.name, String(n), String(warmUp)];
  if (runtime === "cpython") return [python!.executable, PYTHON_PROGRAM, ...args];
  const folder = isChild(workload) ? "children/" : "";
  const file = inFolder(`${folder}${subject === "native" ? "native.ts" : `tsyncio_${colour}.ts`}`);
  const [first, ...rest] = programCommand(runtime, file, api === null ? args : [...args, api]);
  return [first, ...(workload.unit === "bytes" ? withCollector(runtime, rest) : rest)];
}

function inFolder(file: string): string {
  return path.join(FOLDER, file);
}

/** Lets the program run the garbage collector. */
function withCollector(runtime: RuntimeId, args: readonly string[]): string[] {
  const [first = "", ...rest] = args;
  if (runtime === "bun") return [first, ...rest];
  return runtime === "deno" ? [first, "--v8-flags=--expose-gc", ...rest] : ["--expose-gc", first, ...rest];
}
