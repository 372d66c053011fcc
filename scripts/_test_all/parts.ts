/** What the gate runs: each part is one child process. */

import { executable, programCommand, type RuntimeId, RUNTIMES, SOURCE_RUNTIMES, toInstall } from "../_runtimes.ts";
import type { Printer } from "./counts.ts";

/** The names that `--only` takes. */
export const GROUPS = ["check", "unit", "oracle", "npm"] as const;

/** One of the groups that parts belong to. */
export type Group = typeof GROUPS[number];

/** One child process of the gate. */
export interface Part {
  readonly name: string;
  readonly group: Group;
  readonly command: readonly [string, ...string[]];
  /** Whose closing lines tell the counts; "step" where the exit code is all there is, counted as one case. */
  readonly printer: Printer | "step";
  /** Seconds after which it is killed. */
  readonly limit: number;
  /** Name of the part that must have passed before. */
  readonly after?: string;
  /** Variables of its environment, beside those of all parts. */
  readonly environment?: Readonly<Record<string, string>>;
  /** True when it keeps all cores busy by itself. */
  readonly alone?: boolean;
}

/** What people chose on the command line. */
export interface Choice {
  readonly groups: readonly Group[];
  /** Runtimes of the suite, the oracle and the smoke test. */
  readonly runtimes: readonly RuntimeId[];
  /** Files and folders of tests, instead of all of them. */
  readonly paths: readonly string[];
}

/** What the toolchain must install for a choice. */
export function toolsOf({ groups, runtimes }: Choice): string[] {
  const npm = groups.includes("npm");
  const runs = npm || groups.includes("unit") || groups.includes("oracle");
  const needed = runtimes.filter((id) => npm || (runs && SOURCE_RUNTIMES.includes(id)));
  return [...toInstall(needed), ...(npm ? ["tsc"] : [])];
}

/** The parts of a choice, in the order in which they are started. */
export function planParts({ groups, runtimes, paths }: Choice): Part[] {
  const sources = SOURCE_RUNTIMES.filter((id) => runtimes.includes(id));
  const parts: Part[] = [
    checkPart(),
    buildPart(),
    ...sources.map((id) => unitPart(id, paths)),
    ...RUNTIMES.filter((id) => runtimes.includes(id)).map(smokePart),
    ...(sources.length > 0 ? [oraclePart(sources)] : []),
  ];
  return parts.filter((part) => groups.includes(part.group));
}

const BUILD = "build:npm";

function checkPart(): Part {
  return { name: "check", group: "check", command: script("check.ts"), printer: "script", limit: 240 };
}

function unitPart(id: RuntimeId, paths: readonly string[]): Part {
  const command = [executable(id), ...runnerArguments(id, paths)] as const;
  const environment = id === "node22" ? { NODE_OPTIONS: `--import=${new URL("strip_once.mjs", import.meta.url)}` } : {};
  return { name: `unit on ${id}`, group: "unit", command, environment, printer: id === "deno" || id === "bun" ? id : "node", limit: 400 };
}

function runnerArguments(id: RuntimeId, paths: readonly string[]): string[] {
  switch (id) {
    case "deno":
      // The types are the business of `check`.
      return ["test", "-A", "--no-check", ...(paths.length > 0 ? paths : ["tests"])];
    case "bun":
      // Without "./" Bun takes a path for a filter.
      return ["test", ...(paths.length > 0 ? paths : ["tests"]).map((path) => /^\.{0,2}\//.test(path) ? path : `./${path}`)];
    default: {
      const patterns = paths.map((path) => path.endsWith(".ts") ? path : `${path}/**/*_test.ts`);
      return ["--test", "--test-reporter=spec", ...(patterns.length > 0 ? patterns : ["tests/**/*_test.ts"])];
    }
  }
}

function oraclePart(ids: readonly RuntimeId[]): Part {
  const command = script("oracle.ts", "--runtime", ids.join(","));
  return { name: "oracle", group: "oracle", command, printer: "script", limit: 400, alone: true };
}

function buildPart(): Part {
  return { name: BUILD, group: "npm", command: script("build_npm.ts"), printer: "step", limit: 240 };
}

function smokePart(id: RuntimeId): Part {
  const command = programCommand(id, "scripts/smoke_npm.mjs");
  return { name: `npm package on ${id}`, group: "npm", command, printer: "script", limit: 60, after: BUILD };
}

function script(name: string, ...args: string[]): readonly [string, ...string[]] {
  return programCommand("deno", `scripts/${name}`, args);
}
