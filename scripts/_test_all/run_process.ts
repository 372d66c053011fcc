/** Runs one child process to its end, within a limit, and leaves nothing of it behind. */

import { endGroup, type GroupLeader, killGroup, startGroup } from "../_process_group.ts";

/** How a child ended. */
export interface Ended {
  /** Its exit code; null when it has none, or when there is trouble. */
  readonly code: number | null;
  /** Both its streams, in the order of arrival. */
  readonly output: string;
  /** What went wrong beyond the exit code, for people. */
  readonly trouble?: string;
}

const FLUSH_MS = 2000;

/** Runs `command`; after `limit` milliseconds it is ended, with all that it has started. */
export function runProcess(
  command: readonly [string, ...string[]],
  environment: Readonly<Record<string, string | undefined>>,
  limit: number,
): Promise<Ended> {
  const child = startGroup(command, environment);
  const output = readOutput(child);
  return new Promise((resolve) => {
    let trouble: string | undefined;
    let flush: ReturnType<typeof setTimeout> | undefined;
    const expiry = setTimeout(() => {
      trouble = `it did not end within ${limit / 1000} s`;
      endGroup(child);
    }, limit);
    const end = (code: number | null) => {
      clearTimeout(expiry);
      clearTimeout(flush);
      killGroup(child);
      resolve(trouble === undefined ? { code, output: output.text } : { code: null, output: output.text, trouble });
    };
    child.on("error", (error) => {
      trouble = `it could not be started: ${error.message}`;
      end(null);
    });
    child.on("exit", (_code, signal) => {
      if (signal !== null) trouble ??= `it was ended by ${signal}`;
      // What it leaves running holds its pipes open and would be waited for.
      flush = setTimeout(() => {
        trouble ??= "it left processes behind";
        killGroup(child);
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, FLUSH_MS);
    });
    child.on("close", (code) => end(code));
  });
}

function readOutput(child: GroupLeader): { text: string } {
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new TextDecoder();
    stream?.on("data", (chunk: Uint8Array) => output.text += decoder.decode(chunk, { stream: true }));
  }
  return output;
}
