/** Which CPython the comparison runs on. */

import * as path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runSample } from "./run_sample.ts";

/** A CPython. */
export interface Python {
  readonly executable: string;
  readonly version: string;
  /** The versions of the other ones that were found, which are slower. */
  readonly slower: readonly string[];
}

/** The program with the workloads. */
export const PYTHON_PROGRAM: string = path.join(path.dirname(fileURLToPath(import.meta.url)), "asyncio_programs.py");

const CANDIDATES = process.platform === "win32" ? ["python3", "python"] : ["python3", "/usr/bin/python3", "/usr/local/bin/python3"];
/** asyncio.timeout() came with it. */
const OLDEST_MINOR = 11;
const ABOUT = "import os, platform, sys; print(sys.implementation.name, platform.python_version(), os.path.realpath(sys.executable))";
const PROBE = ["W1", "20000", "2000"];
const PROBES = 3;
const PROBE_LIMIT = 60_000;

/**
 * The fastest of the CPythons that `python3` may mean here; undefined where there is none that is new enough. Builds of one version
 * differ by a third, and only a measurement tells them apart.
 */
export async function findPython(): Promise<Python | undefined> {
  const found = new Map<string, string>();
  for (const candidate of CANDIDATES) {
    const about = await describe(candidate);
    if (about !== undefined) found.set(about.executable, about.version);
  }
  const executables = [...found.keys()];
  const seconds = executables.length > 1 ? await probe(executables) : new Map<string, number>();
  const [best, ...others] = executables.sort((a, b) => (seconds.get(a) ?? Infinity) - (seconds.get(b) ?? Infinity));
  if (best === undefined) return undefined;
  return { executable: best, version: found.get(best) as string, slower: others.map((other) => `${found.get(other)} (${other})`) };
}

async function describe(candidate: string): Promise<{ readonly executable: string; readonly version: string } | undefined> {
  try {
    const { stdout } = await promisify(execFile)(candidate, ["-c", ABOUT], { timeout: PROBE_LIMIT });
    const [implementation, version = "", ...executable] = stdout.trim().split(" ");
    const [major, minor] = version.split(".").map(Number);
    const fits = implementation === "cpython" && major === 3 && (minor ?? 0) >= OLDEST_MINOR;
    return fits ? { executable: executable.join(" "), version } : undefined;
  } catch {
    return undefined; // there is no such command
  }
}

/** The best time of each, taken in turns. */
async function probe(executables: readonly string[]): Promise<Map<string, number>> {
  const best = new Map<string, number>();
  for (let round = 0; round < PROBES; round++) {
    for (const executable of executables) {
      const ended = await runSample([executable, PYTHON_PROGRAM, ...PROBE], PROBE_LIMIT);
      if ("value" in ended) best.set(executable, Math.min(ended.value, best.get(executable) ?? Infinity));
    }
  }
  return best;
}
