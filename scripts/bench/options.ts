/** What the command line of the benchmarks says. */

import * as fs from "node:fs";
import * as path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { UsageError } from "../_command_line.ts";
import { NEWEST_NODE, type RuntimeId, SOURCE_RUNTIMES } from "../_runtimes.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

/** What to measure, and how often. */
export interface Options {
  readonly runtimes: readonly RuntimeId[];
  readonly workloads: readonly Workload[];
  /** How many samples there are of each subject. */
  readonly rounds: number;
  /** A factor for the sizes. */
  readonly scale: number;
  /** Where the values go, as JSON; null for nowhere. */
  readonly json: string | null;
}

const DEFAULT_RUNTIMES = "node,bun,deno";
const DEFAULT_ROUNDS = "3";

/** Reads the options. Throws UsageError for what it does not know. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runtime: { type: "string", multiple: true, default: [DEFAULT_RUNTIMES] },
      workload: { type: "string", multiple: true },
      rounds: { type: "string", default: DEFAULT_ROUNDS },
      scale: { type: "string", default: "1" },
      json: { type: "string" },
    },
  });
  const rounds = positive("rounds", values.rounds);
  if (!Number.isInteger(rounds)) throw new UsageError(`Cannot use --rounds ${values.rounds}: it takes a whole number`);
  return {
    runtimes: chosenRuntimes(words(values.runtime)),
    workloads: values.workload === undefined ? WORKLOADS : chosenWorkloads(words(values.workload)),
    rounds,
    scale: positive("scale", values.scale),
    json: values.json === undefined ? null : writable(values.json),
  };
}

function words(given: readonly string[]): string[] {
  return given.flatMap((text) => text.split(",")).map((word) => word.trim()).filter((word) => word !== "");
}

function chosenRuntimes(given: readonly string[]): readonly RuntimeId[] {
  const ids = given.map((word) => {
    const id = word === "node" ? NEWEST_NODE : SOURCE_RUNTIMES.find((id) => id === word);
    if (id === undefined) throw new UsageError(`Cannot use --runtime ${word}: it takes node, ${SOURCE_RUNTIMES.join(", ")}`);
    return id;
  });
  return [...new Set(ids)];
}

/** A word is the name of a workload, or the part before the dash of several. */
function chosenWorkloads(given: readonly string[]): readonly Workload[] {
  const matches = (word: string, { name }: Workload): boolean => name === word || name.startsWith(`${word}-`);
  const unknown = given.find((word) => !WORKLOADS.some((workload) => matches(word, workload)));
  if (unknown !== undefined) {
    throw new UsageError(`Cannot use --workload ${unknown}: it takes ${WORKLOADS.map(({ name }) => name).join(", ")}`);
  }
  return WORKLOADS.filter((workload) => given.some((word) => matches(word, workload)));
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < Infinity)) throw new UsageError(`Cannot use --${option} ${text}: it takes a number above zero`);
  return number;
}

/** A task of deno.json runs in the project's folder; a relative path is meant from where it was asked for. */
function writable(file: string): string {
  const full = path.resolve(process.env["INIT_CWD"] ?? ".", file);
  const folder = path.dirname(full);
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`Cannot use --json ${file}: there is no folder ${folder}`);
  }
  return full;
}
