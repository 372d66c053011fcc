/** Which CPython the comparison runs on. */

import { existsSync } from "node:fs";
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
  /** Its uvloop; without one why it has none, and null where nobody asked for it. */
  readonly uvloop: Uvloop | { readonly missing: string } | null;
}

/** An installed uvloop. */
export interface Uvloop {
  readonly version: string;
  readonly folder: string;
}

const FOLDER = path.dirname(fileURLToPath(import.meta.url));

/** The program with the workloads. */
export const PYTHON_PROGRAM: string = path.join(FOLDER, "asyncio_programs.py");
/** The echo server. */
export const ECHO_SERVER: string = path.join(FOLDER, "echo", "asyncio_server.py");

const UVLOOP_VERSION = "0.23.0";
const INSTALL_LIMIT = 120_000;

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
export async function findPython(wantsUvloop: boolean): Promise<Python | undefined> {
  const found = new Map<string, string>();
  for (const candidate of CANDIDATES) {
    const about = await describe(candidate);
    if (about !== undefined) found.set(about.executable, about.version);
  }
  const executables = [...found.keys()];
  const seconds = executables.length > 1 ? await probe(executables) : new Map<string, number>();
  const [best, ...others] = executables.sort((a, b) => (seconds.get(a) ?? Infinity) - (seconds.get(b) ?? Infinity));
  if (best === undefined) return undefined;
  return {
    executable: best,
    version: found.get(best) as string,
    slower: others.map((other) => `${found.get(other)} (${other})`),
    uvloop: wantsUvloop ? await installUvloop(best, found.get(best) as string) : null,
  };
}

/** Installs it once, beside the runtimes, so that nothing of the system's changes. */
async function installUvloop(executable: string, version: string): Promise<Uvloop | { readonly missing: string }> {
  const folder = path.resolve(FOLDER, "../../.toolchain", `uvloop-${UVLOOP_VERSION}-python-${version}`);
  const run = promisify(execFile);
  const check = `import sys; sys.path.insert(0, sys.argv[1]); import uvloop; print(uvloop.__version__)`;
  const install = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-deps",
    "--only-binary",
    ":all:",
    "--target",
    folder,
  ];
  try {
    if (!existsSync(folder)) await run(executable, [...install, `uvloop==${UVLOOP_VERSION}`], { timeout: INSTALL_LIMIT });
    const { stdout } = await run(executable, ["-c", check, folder], { timeout: PROBE_LIMIT });
    return { version: stdout.trim(), folder };
  } catch (error) {
    const lines = String((error as { readonly stderr?: unknown }).stderr ?? error).trim().split("\n");
    return { missing: `it cannot be installed: ${lines.at(-1)}` };
  }
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
