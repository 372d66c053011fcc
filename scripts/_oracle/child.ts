/**
 * The program that runs ports, one after the other, in a process of any runtime. Its argument is the list of jobs as
 * JSON; it tells what happens by messages on stdout (messages.ts) and ends when all have run.
 */

import * as fs from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { encode, type Job, type Message } from "./messages.ts";
import { spellLine } from "./spelling.ts";

interface PortModule {
  readonly main?: (emit: (...parts: unknown[]) => void) => unknown;
}

/** Errors that the port under way left to nobody. */
let strays = new Set<unknown>();

async function runPort({ name, file }: Job): Promise<void> {
  const errors: string[] = [];
  strays = new Set();
  let open = true;
  const emit = (...parts: unknown[]): void => {
    const line = spellLine(parts);
    if (open) tell({ type: "line", line });
    else errors.push(`emitted after the end: ${line}`);
  };
  tell({ type: "begin", name });
  try {
    const { main } = await import(pathToFileURL(file).href) as PortModule;
    if (main === undefined) throw new TypeError(`${name} exports no main`);
    await main(emit);
  } catch (error) {
    errors.push(`main failed: ${describe(error)}`);
  }
  // Unhandled rejections are told once the microtasks are through.
  await new Promise((resolve) => setTimeout(resolve, 1));
  open = false;
  errors.push(...[...strays].map((error) => `unhandled: ${describe(error)}`));
  tell({ type: "end", errors });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const title = `${error.name}: ${error.message}`;
  const stack = error.stack ?? "";
  return stack.includes(error.message) ? stack : `${title}\n${stack}`;
}

/** Writes at once: a port may end the process, or hang. */
function tell(message: Message): void {
  let rest: Uint8Array = new TextEncoder().encode(encode(message));
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(1, rest));
    } catch (error) {
      // The pipe is full and does not block; its reader is another process, so asking again is all there is.
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
    }
  }
}

process.on("unhandledRejection", (reason) => strays.add(reason));
process.on("uncaughtException", (error) => strays.add(error));
for (const job of JSON.parse(process.argv[2] ?? "[]") as Job[]) await runPort(job);
process.exit(0);
