/** Child processes of the checks. */

import { spawn } from "node:child_process";
import process from "node:process";
import { ROOT } from "./files.ts";

/** How a child ended. */
export interface Ended {
  /** Null when a signal ended it or it could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams, in the order of arrival. */
  readonly output: string;
}

/** Runs a command in the root of the tree, or in `folder`. */
export function run(command: readonly [string, ...string[]], folder: string = ROOT, input = ""): Promise<Ended> {
  const [file, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: folder, stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => output += text);
    child.on("error", (error) => resolve({ code: null, stdout, output: `${output}${error.message}\n` }));
    child.on("close", (code, signal) => resolve({ code, stdout, output: signal === null ? output : `${output}ended by ${signal}\n` }));
    child.stdin.on("error", () => {}); // it may end without reading
    child.stdin.end(input);
  });
}

/** The same for a command that has to end well: its standard output, or an error with all it wrote. */
export async function succeed(command: readonly [string, ...string[]], folder?: string): Promise<string> {
  const { code, stdout, output } = await run(command, folder);
  if (code !== 0) throw new Error(`Cannot go on: ${command.slice(0, 4).join(" ")} ended with ${code ?? "no exit code"}\n${output}`);
  return stdout;
}
