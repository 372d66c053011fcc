/** Runs ports in child processes: many in one, and a new one for the rest when a port hangs or ends it. */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { decode, type Job, type Message } from "./messages.ts";

/** What one port did. */
export interface Run {
  readonly name: string;
  /** The lines that it emitted. */
  readonly trace: readonly string[];
  /** What went wrong beyond its trace. */
  readonly errors: readonly string[];
  /** What the process printed meanwhile; told to people when the port failed. */
  readonly output: string;
}

/** How the process of a batch is started: the list of jobs is appended to the arguments. */
export type Command = (jobs: string) => readonly [string, ...string[]];

/** Runs all jobs, in order; each has `limit` milliseconds. */
export async function runBatch(command: Command, jobs: readonly Job[], limit: number): Promise<Run[]> {
  const runs: Run[] = [];
  while (runs.length < jobs.length) {
    const rest = jobs.slice(runs.length);
    const done = await runProcess(command(JSON.stringify(rest)), rest, limit);
    runs.push(...done);
  }
  return runs;
}

/** Runs one process until it has ended, and gives the ports that it got through: at least one. */
function runProcess(command: readonly [string, ...string[]], jobs: readonly Job[], limit: number): Promise<Run[]> {
  const [file, ...args] = command;
  const { FORCE_COLOR: _force, ...inherited } = process.env;
  const environment = { ...inherited, NO_COLOR: "1" };
  const child = spawn(file, args, { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: GROUPS });
  const record = new Recorder(jobs);
  running.add(child);
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout>;
    const restart = (time: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        record.fail(`did not go on within ${time / 1000} s`);
        kill(child);
      }, time);
    };
    const end = (reason: string) => {
      clearTimeout(timer);
      running.delete(child);
      resolve(record.finish(reason));
    };
    restart(START_LIMIT_MS);
    readLines(child.stdout, (line) => {
      const message = decode(line);
      if (message === undefined) record.print(line);
      else record.take(message);
      if (message?.type === "begin") restart(limit);
      if (message?.type === "end") restart(START_LIMIT_MS);
    });
    readLines(child.stderr, (line) => record.print(line));
    child.on("error", (error) => end(`could not be started: ${error.message}`));
    child.on("exit", () => {
      // What a port has left running; where that cannot be ended it may hold the pipes open.
      kill(child);
      clearTimeout(timer);
      timer = setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()), FLUSH_MS);
    });
    child.on("close", (code, signal) => end(`ended with ${signal ?? `exit code ${code}`}`));
  });
}

/** Follows the messages of one process. */
class Recorder {
  readonly #jobs: readonly Job[];
  readonly #runs: Run[] = [];
  #current: { name: string; trace: string[]; output: string[] } | undefined;
  #output: string[] = [];
  #failure: string | undefined;

  constructor(jobs: readonly Job[]) {
    this.#jobs = jobs;
  }

  take(message: Message): void {
    if (message.type === "begin") this.#current = { name: message.name, trace: [], output: this.#output = [] };
    else if (message.type === "line") this.#current?.trace.push(message.line);
    else this.#close(message.errors);
  }

  print(line: string): void {
    if (line !== "") this.#output.push(line);
  }

  /** Notes why the process is being ended. */
  fail(reason: string): void {
    this.#failure ??= reason;
  }

  /** The process has ended. A port that was under way has failed, or the first one if the process never came to it. */
  finish(reason: string): Run[] {
    const told = `the process ${this.#failure ?? reason}`;
    if (this.#current !== undefined) this.#close([told]);
    const first = this.#jobs[0];
    if (this.#runs.length === 0 && first !== undefined) {
      this.#runs.push({ name: first.name, trace: [], errors: [`${told} before the first port`], output: tail(this.#output) });
    }
    return this.#runs;
  }

  #close(errors: readonly string[]): void {
    if (this.#current === undefined) return;
    const { name, trace, output } = this.#current;
    this.#runs.push({ name, trace, errors, output: tail(output) });
    this.#current = undefined;
  }
}

const GROUPS = process.platform !== "win32";
const FLUSH_MS = 2000;
/** For what is not a port's: the runtime's start, and its end. */
const START_LIMIT_MS = 20_000;
const OUTPUT_LINES = 40;
const running = new Set<ChildProcess>();

/** Ends what is still running; for a harness that is interrupted itself. */
export function killRunning(): void {
  for (const child of running) kill(child);
}

function tail(lines: readonly string[]): string {
  return lines.slice(-OUTPUT_LINES).join("\n");
}

/** Ends the process with all that it has started. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (GROUPS) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function readLines(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  const decoder = new TextDecoder();
  let rest = "";
  stream?.on("data", (chunk: Uint8Array) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  stream?.on("end", () => take(rest));
}
