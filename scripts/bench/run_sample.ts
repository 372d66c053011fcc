/** Runs one measured program in a process of its own, and reads what it prints. */

import process from "node:process";
import { endGroup, type GroupLeader, startGroup } from "../_process_group.ts";
import type { Outcome } from "./sample.ts";

/** What a program printed, or why there is nothing. */
export type Ended = Outcome | { readonly failed: string };

const ENVIRONMENT: Readonly<Record<string, string | undefined>> = { ...process.env, NO_COLOR: "1" };

/** Runs `command`, which is ended after `limit` milliseconds. */
export async function runSample(command: readonly [string, ...string[]], limit: number): Promise<Ended> {
  const child = startGroup(command, ENVIRONMENT);
  const output = readText(child.stdout);
  const errors = readText(child.stderr);
  let late = false;
  const expiry = setTimeout(() => {
    late = true;
    endGroup(child);
  }, limit);
  const trouble = await endOf(child);
  clearTimeout(expiry);
  if (late) return { failed: `it did not end within ${Math.round(limit / 1000)} s` };
  if (trouble !== null) return { failed: [trouble, lastLine(errors.text)].filter((text) => text !== "").join(": ") };
  return parseOutcome(lastLine(output.text));
}

/** Resolves to what was wrong with how it ended, or to null. */
function endOf(child: GroupLeader): Promise<string | null> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`it could not be started: ${error.message}`));
    child.on("close", (code, signal) => resolve(code === 0 ? null : `it ended with ${signal ?? `exit code ${code}`}`));
  });
}

function readText(stream: GroupLeader["stdout"]): { text: string } {
  const read = { text: "" };
  const decoder = new TextDecoder();
  stream?.on("data", (chunk: Uint8Array) => read.text += decoder.decode(chunk, { stream: true }));
  return read;
}

/** An error's stack is left out: the lines that say where something happened are indented. */
function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (lines.findLast((line) => /error/i.test(line) && !/^\s/.test(line)) ?? lines.at(-1) ?? "").trim();
}

function parseOutcome(line: string): Ended {
  try {
    const outcome = JSON.parse(line) as Outcome;
    if ("unavailable" in outcome || Number.isFinite(outcome.value)) return outcome;
  } catch {
    // It printed something else, which is shown.
  }
  return { failed: `it printed ${JSON.stringify(line)}` };
}
