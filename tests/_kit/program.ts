/** Runs whole programs as child processes, on the runtime that runs the suite. */

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtimeName } from "./mod.ts";

/** How a program ended. */
export interface Ended {
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface Program {
  readonly ended: Promise<Ended>;
  /** Resolves once its stdout contains `text`; rejects when it ends without. */
  waitFor(text: string): Promise<void>;
  /** The same for what `pattern` finds. */
  find(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void;
}

/** What the program gets. */
export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How many descriptors it may have; only where there is a shell. */
  readonly descriptors?: number;
  /** Milliseconds after which it is killed. @default 20_000 */
  readonly limit?: number;
}

const FLAGS = {
  deno: ["run", "-A", "--no-check"],
  bun: [],
  // Without a package.json Node warns of each file that it had to find out to be a module.
  node: ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--disable-warning=ExperimentalWarning"],
} as const;

/** The command that runs the TypeScript or JavaScript program in `file`, and its arguments. */
export function commandOf(file: string | URL, args: readonly string[] = []): readonly [string, readonly string[]] {
  const path = typeof file === "string" ? file : fileURLToPath(file);
  return [process.execPath, [...FLAGS[runtimeName], path, ...args]];
}

/** Starts the TypeScript or JavaScript program in `file`. */
export function startProgram(file: string | URL, options: ProgramOptions = {}): Program {
  const [command, args] = withDescriptors(options.descriptors, commandOf(file, options.args));
  const env = { ...process.env, NO_COLOR: "1", ...options.env };
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const kill = (signal: Parameters<Program["kill"]>[0]): void => {
    // Deno's `child.kill` takes the child for dead afterwards: no second signal, and no event when it ends.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(child.pid, signal);
  };
  const timer = setTimeout(() => kill("SIGKILL"), options.limit ?? 20_000);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  }).finally(() => clearTimeout(timer));
  const search = <T>(look: () => T | null, what: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const listener = (): void => {
        const found = look();
        if (found !== null) resolve(found);
      };
      listeners.add(listener);
      listener();
      ended.then(() => reject(new Error(`the program ended without printing ${what}\n${output.stdout}${output.stderr}`)), reject);
    });
  return {
    ended,
    kill,
    waitFor: async (text) => void await search(() => output.stdout.includes(text) ? true : null, text),
    find: (pattern) => search(() => pattern.exec(output.stdout), pattern),
  };
}

/** The command that runs another one with a limit. */
function withDescriptors(limit: number | undefined, [command, args]: ReturnType<typeof commandOf>): ReturnType<typeof commandOf> {
  return limit === undefined ? [command, args] : ["sh", ["-c", `ulimit -n ${limit}; exec "$0" "$@"`, command, ...args]];
}

/** Runs the program in `file` to its end. */
export function runProgram(file: string | URL, options: ProgramOptions = {}): Promise<Ended> {
  return startProgram(file, options).ended;
}
