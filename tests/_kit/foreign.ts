/** Runs programs that are not ours, such as openssl and python3, where they are installed. */

import { spawn, spawnSync } from "node:child_process";

/** A program that runs. */
export interface Foreign {
  /** All that it has printed, to both of its outputs. */
  readonly output: () => string;
  /** Gives it input. */
  write(text: string): void;
  /** Ends its input. */
  end(): void;
  /** Resolves with what `pattern` finds in the output; rejects when the program ends without. */
  find(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  kill(): void;
}

/** Why a case with this program has to be skipped: false where it need not. `args` are those with which it ends well at once. */
export function absent(command: string, args: readonly string[]): string | false {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0 ? false : `there is no ${command} on this machine`;
}

/** Starts a program. It is killed after `limit` milliseconds. */
export function startForeign(command: string, args: readonly string[], limit = 20_000): Foreign {
  const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  child.stdin.on("error", () => {}); // it may have ended before
  const timer = setTimeout(() => child.kill("SIGKILL"), limit);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code));
  }).finally(() => clearTimeout(timer));
  return {
    output: () => output,
    write: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    find: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output);
          if (found !== null) resolve(found);
        };
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`${command} ended without ${pattern}\n${output}`)), reject);
      }),
    ended,
    kill: () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    },
  };
}
