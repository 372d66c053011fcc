/** What processes, signals and executors of each host do, with flags for what differs. The rest of them is in tests/process and tests/executors. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import {
  type Body,
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  Event,
  FileNotFoundError,
  getRunningLoop,
  moduleFunctions,
  OSError,
  PIPE,
  ProcessPoolExecutor,
  signals,
  STDOUT,
  ThreadPoolExecutor,
  UnsupportedOperationError,
  until,
} from "../../mod.ts";
import type { CoroutineGenerator } from "../../src/core/mod.ts";
import { failureOf, holds, same } from "../../src/testing/conformance/expect.ts";
import { checkRules, type Rule } from "../../src/testing/conformance/suite.ts";
import { it } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";
import { runFromNetwork } from "./from_network.ts";
import type { ExecutorFeature, Gaps, ProcessFeature, SignalFeature } from "./host_gaps.ts";

type Run = (main: () => Body<void>) => Promise<unknown>;

/** Every suite of these, for one host. */
export function checkProcesses(gaps: Gaps, run: Run): void {
  check("processes", processRules(), gaps.processes, run, () => failureOf(createSubprocessExec("true")));
  check("signals", signalRules(), gaps.signals, run, () => failureOf(listening()));
  check("executors", executorRules(), gaps.executors, run, () => failureOf(submitting()));
}

/** The rules, or, where there is nothing of the kind, that it says so. */
function check<F extends string>(
  kind: string,
  rules: readonly Rule<null, F>[],
  lacks: readonly F[] | null,
  run: Run,
  attempt: () => CoroutineGenerator<unknown>,
): void {
  const refused: Rule<null, F> = {
    name: "there are none, which is an UnsupportedOperationError",
    check: function* () {
      const error = yield* attempt();
      holds(error instanceof UnsupportedOperationError, `it is an UnsupportedOperationError, not ${error}`);
    },
  };
  // Deno does not let go of a child that a real-time signal ended.
  const test = (rule: string, body: () => Promise<void>): void => it(`${kind}: ${rule}`, body, { sanitize: !rule.includes("real-time") });
  void checkRules(kind, lacks === null ? [refused] : rules, null, { lacks: lacks ?? [], run, test });
}

function decode(bytes: Uint8Array | null): string {
  return new TextDecoder().decode(bytes!);
}

// ---------------------------------------------------------------- processes

function processRules(): Rule<null, ProcessFeature>[] {
  return [
    {
      name: "a child has its arguments, environment and folder, pipes both ways, and an exit code",
      check: function* () {
        const script = `printf '%s|%s|' "$0" "$WORD"; pwd; cat; echo oops >&2; exit 3`;
        const env = { WORD: "word", PATH: process.env["PATH"]! };
        const options = { stdin: PIPE, stdout: PIPE, stderr: PIPE, cwd: "/", env } as const;
        const child = yield* createSubprocessExec("sh", ["-c", script, "name"], options);
        const [output, errors] = yield* child.communicate("input");
        same([decode(output), decode(errors), child.returncode], ["name|word|/\ninput", "oops\n", 3], "its output, errors and exit code");
      },
    },
    {
      name: "a child may have nothing to read, and one pipe for output and errors, in order",
      check: function* () {
        const options = { stdin: DEVNULL, stdout: PIPE, stderr: STDOUT } as const;
        const child = yield* createSubprocessExec("sh", ["-c", "cat; echo 1; echo 2 >&2; echo 3"], options);
        same(decode((yield* child.communicate())[0]), "1\n2\n3\n", "its output");
      },
    },
    {
      name: "a child that a signal ends has the return code −N, and a program that is not there is a FileNotFoundError",
      check: function* () {
        const child = yield* createSubprocessExec("cat", [], { stdin: PIPE });
        child.terminate();
        same(yield* child.wait(), -15, "the return code");
        const error = yield* failureOf(createSubprocessExec("/nowhere/program"));
        holds(error instanceof FileNotFoundError, `the error is a FileNotFoundError, not ${error}`);
      },
    },
    {
      name: "a child that a real-time signal ends has the return code −N",
      feature: "realTimeSignals",
      check: function* () {
        same(yield* (yield* createSubprocessShell("kill -34 $$")).wait(), -34, "the return code");
      },
      otherwise: {
        name: "a child that a real-time signal ends has the return code 0",
        check: function* () {
          same(yield* (yield* createSubprocessShell("kill -34 $$")).wait(), 0, "the return code");
        },
      },
    },
    {
      name: "a text without #! that may be executed is a program of the shell",
      feature: "textPrograms",
      check: inFolder(function* (folder) {
        const child = yield* createSubprocessExec(textProgram(folder), [], { stdout: PIPE });
        same(decode((yield* child.communicate())[0]), "hello\n", "its output");
      }),
      otherwise: {
        name: "a text without #! is no program: an OSError with the code ENOEXEC",
        check: inFolder(function* (folder) {
          const error = yield* failureOf(createSubprocessExec(textProgram(folder)));
          holds(error instanceof OSError && error.code === "ENOEXEC", `the error has the code ENOEXEC: ${error}`);
        }),
      },
    },
  ];
}

function inFolder(body: (folder: string) => CoroutineGenerator<void>): () => CoroutineGenerator<void> {
  return function* () {
    const folder = mkdtempSync(join(tmpdir(), "tsyncio-"));
    try {
      yield* body(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

function textProgram(folder: string): string {
  const path = join(folder, "program");
  writeFileSync(path, "echo hello\n");
  chmodSync(path, 0o755);
  return path;
}

// ---------------------------------------------------------------- signals

function* listening(): CoroutineGenerator<void> {
  yield;
  getRunningLoop().addSignalHandler("SIGURG", () => {});
}

function signalRules(): Rule<null, SignalFeature>[] {
  return [
    {
      name: "a signal calls the loop's handler, and comes out of signals(), until it is left",
      check: function* () {
        const loop = getRunningLoop();
        const came = new Event();
        const items = signals("SIGURG", "SIGHUP");
        loop.addSignalHandler("SIGURG", () => came.set());
        process.kill(process.pid, "SIGURG");
        yield* came.wait();
        same((yield* items.next()).value, "SIGURG", "the first signal");
        process.kill(process.pid, "SIGHUP");
        same((yield* items.next()).value, "SIGHUP", "the second signal");
        yield* items.return();
        same([loop.removeSignalHandler("SIGURG"), loop.removeSignalHandler("SIGURG")], [true, false], "what removeSignalHandler gives");
        loop._signals!.close(); // else it lives as long as the loop, and counts as open
      },
    },
    {
      name: "the host refuses to handle SIGKILL",
      feature: "refusal",
      check: function* () {
        const error = addToHost("SIGKILL");
        holds(
          error instanceof OSError && error.cause instanceof Error,
          `it throws an OSError with the host's own as the cause, not ${error}`,
        );
        holds(error.message.startsWith("Cannot handle SIGKILL: "), `its message says what cannot be done: ${error.message}`);
        yield;
      },
      otherwise: {
        name: "the host seems to handle SIGKILL",
        check: function* () {
          same(addToHost("SIGKILL"), null, "the error");
          yield;
        },
      },
    },
  ];
}

/** What the host's driver throws; the library itself refuses such signals before. */
function addToHost(name: string): unknown {
  const driver = getRunningLoop()._runtime.signals!;
  const handler = (): void => {};
  try {
    driver.add(name, handler);
    driver.remove(name, handler);
    return null;
  } catch (error) {
    return error;
  }
}

// ---------------------------------------------------------------- executors

const work = moduleFunctions<typeof import("../executors/_work.ts")>(new URL("../executors/_work.ts", import.meta.url));

function* submitting(): CoroutineGenerator<void> {
  yield* getRunningLoop().runInExecutor(null, work.add, 1, 2);
}

function executorRules(): Rule<null, ExecutorFeature>[] {
  return [
    {
      name: "threads and processes call functions of modules, and pass on what these throw",
      check: function* () {
        for (const pool of [new ThreadPoolExecutor({ maxWorkers: 1 }), new ProcessPoolExecutor({ maxWorkers: 1 })]) {
          same(yield* pool.submit(work.waitAndAdd, 1, 2), 3, "the sum");
          holds((yield* failureOf(pool.submit(work.fail, "range"))) instanceof RangeError, "a RangeError arrives as one");
          yield* pool.shutdown();
        }
      },
    },
    {
      name: "threads share memory, processes refuse it",
      check: function* () {
        const memory = new Int32Array(new SharedArrayBuffer(4));
        const [threads, processes] = [new ThreadPoolExecutor({ maxWorkers: 1 }), new ProcessPoolExecutor({ maxWorkers: 1 })];
        yield* threads.submit(work.increment, memory);
        same(memory[0], 1, "the shared number");
        holds((yield* failureOf(processes.submit(work.increment, memory))) instanceof TypeError, "processes throw a TypeError");
        yield* threads.shutdown();
        yield* processes.shutdown();
      },
    },
    ...outOfMemory(),
    {
      name: "the library can come from the network, and its workers with it",
      feature: "network",
      check: function* () {
        const { stdout, stderr } = yield* until(runFromNetwork());
        same(stdout, "thread: 3\nprocess: 7\n", `its output, after ${stderr}`);
      },
      otherwise: {
        name: "the library cannot come from the network",
        check: function* () {
          const { code, stdout } = yield* until(runFromNetwork());
          same([code === 0, stdout], [false, ""], "whether it ran, and its output");
        },
      },
    },
  ];
}

/** Where a worker that takes more than the limit does not lose its job, it takes the program with it, or there is no limit. */
function outOfMemory(): Rule<null, ExecutorFeature>[] {
  const program = new URL("../programs/out_of_memory.ts", import.meta.url);
  // A small nursery: V8 ends the whole process where one collection goes far over the limit.
  const flags = ["--max-old-space-size=60", "--max-semi-space-size=1"];
  const env = { NODE_OPTIONS: flags.join(" "), DENO_V8_FLAGS: flags.join(",") };
  const lost = /^BrokenExecutor: Cannot finish take\w+\(\): its worker (failed: .*OUT_OF_MEMORY|was ended by SIG).*\nthen 3\n$/;
  return (["thread", "process"] as const).map((kind) => ({
    name: `a ${kind} that runs out of memory loses its job, and others go on`,
    feature: `${kind}Memory`,
    check: function* () {
      const { code, stdout, stderr } = yield* until(runProgram(program, { args: [kind], env }));
      holds(lost.test(stdout), `the job is told to be lost, and the next one done: ${stdout}${stderr}`);
      same(code, 0, "the exit code");
    },
    otherwise: {
      name: `a ${kind} that takes much memory ends the program, or is not limited`,
      check: function* () {
        const { code, stdout } = yield* until(runProgram(program, { args: [kind, "much"], env }));
        if (code === 0) same(stdout, "much\nthen 3\n", "what the program says, where it goes on");
      },
    },
  }));
}
