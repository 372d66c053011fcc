/** What the command line of the oracle's harness says. */

import * as fs from "node:fs";
import * as path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { UsageError } from "../_command_line.ts";
import { NEWEST_NODE, type RuntimeId, SOURCE_RUNTIMES } from "../_runtimes.ts";
import { type Colour, COLOURS } from "./twin.ts";

/** What to run, and where. */
export interface Options {
  readonly runtimes: readonly RuntimeId[];
  readonly colours: readonly Colour[];
  /** The folder of ports. */
  readonly ports: string;
  /** The folder of expected traces. */
  readonly expected: string;
  /** Topics, numbers and names of ports; none means all. */
  readonly words: readonly string[];
  /** How many processes run at once. */
  readonly jobs: number;
  /** Milliseconds for each port. */
  readonly limit: number;
}

const AT_ONCE = 2;
const LIMIT_S = 20;

/** Reads the options; `root` is the project's folder. Throws UsageError for what it does not know. */
export function readOptions(args: readonly string[], root: string): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runtime: { type: "string", multiple: true },
      colour: { type: "string", multiple: true },
      ports: { type: "string", default: path.join(root, "tests/oracle/ports") },
      expected: { type: "string", default: path.join(root, "tests/oracle/expected") },
      jobs: { type: "string", default: String(AT_ONCE) },
      limit: { type: "string", default: String(LIMIT_S) },
    },
  });
  return {
    runtimes: choose("runtime", values.runtime, SOURCE_RUNTIMES, (word) => word === "node" ? NEWEST_NODE : word),
    colours: choose("colour", values.colour, COLOURS, (word) => word),
    ports: existingFolder("ports", values.ports),
    expected: existingFolder("expected", values.expected),
    words: positionals,
    jobs: positive("jobs", values.jobs),
    limit: positive("limit", values.limit) * 1000,
  };
}

/** A task of deno.json runs in the project's folder; a relative path may be meant from where it was asked for. */
function existingFolder(option: string, folder: string): string {
  const candidates = [process.cwd(), process.env["INIT_CWD"] ?? "."].map((base) => path.resolve(base, folder));
  const found = candidates.find((candidate) => fs.statSync(candidate, { throwIfNoEntry: false })?.isDirectory());
  if (found === undefined) throw new UsageError(`Cannot use --${option} ${folder}: there is no such folder`);
  return found;
}

function choose<T extends string>(
  option: string,
  given: readonly string[] | undefined,
  known: readonly T[],
  rename: (word: string) => string,
): readonly T[] {
  if (given === undefined) return known;
  const words = given.flatMap((text) => text.split(",")).map(rename);
  const unknown = words.find((word) => !known.includes(word as T));
  if (unknown !== undefined) throw new UsageError(`Cannot use --${option} ${unknown}: it takes ${known.join(", ")}`);
  return known.filter((word) => words.includes(word));
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`Cannot use --${option} ${text}: it takes a number above zero`);
  return number;
}
