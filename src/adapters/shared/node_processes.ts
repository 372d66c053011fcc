/**
 * ProcessDriver over node:child_process, for Node, and for Deno where a child is to have a file descriptor.
 *
 * What differs: Node says of a child that a real-time signal ended that it exited with 0. Pipes of children are sockets here, so a child cannot open
 * /dev/stdin again. A text file without `#!` that may be executed is run by a shell.
 *
 * @module
 */
import type { Abandon, Outcome } from "../../runtime/net_driver.ts";
import type { ReadPipe, WritePipe } from "../../runtime/pipe_driver.ts";
import type { ChildStream, ProcessDriver, ProcessHandle, SpawnOptions } from "../../runtime/process_driver.ts";
import { getBuiltin } from "./host.ts";
import { type NodeReadable, NodeReadPipe, type NodeWritable, NodeWritePipe } from "./node_pipe.ts";
import {
  killById,
  killGroup,
  type PlainSpawnOptions,
  signalNumber,
  spawnError,
  startNow,
  type Surroundings,
  surroundingsOf,
  withoutMerge,
} from "./spawning.ts";

interface ChildProcess {
  readonly pid?: number;
  readonly stdin: NodeWritable | null;
  readonly stdout: NodeReadable | null;
  readonly stderr: NodeReadable | null;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "exit", listener: (code: number | null, signal: string | null) => void): unknown;
  unref(): void;
}

type Stdio = "pipe" | "ignore" | "inherit" | number;

interface ChildProcessModule {
  spawn(
    program: string,
    args: readonly string[],
    options: {
      readonly stdio: readonly [Stdio, Stdio, Stdio];
      readonly detached: boolean;
    } & Surroundings,
  ): ChildProcess;
}

/** The driver. */
export function nodeProcesses(): ProcessDriver {
  return { spawn: spawnNode };
}

/** Starts a process by node:child_process, which throws some errors and tells others later. */
export function spawnNode(options: SpawnOptions, outcome: Outcome<ProcessHandle>): Abandon {
  let child: ChildProcess;
  try {
    child = spawnPlain(withoutMerge(options, () => true));
  } catch (error) {
    return startNow(options, () => {
      throw error;
    }, outcome);
  }
  const { pid } = child;
  if (pid === undefined) return whenFailed(child, options, outcome);
  child.on("error", () => {}); // what goes wrong with a child that runs is told in other ways
  return startNow(options, () => new NodeProcess(child, pid), outcome);
}

function whenFailed(child: ChildProcess, options: SpawnOptions, outcome: Outcome<ProcessHandle>): Abandon {
  let over = false;
  child.on("error", (error) => {
    if (!over) outcome(spawnError(error, options), null);
    over = true;
  });
  return () => {
    over = true;
  };
}

function spawnPlain(options: PlainSpawnOptions): ChildProcess {
  const { program, args, stdin, stdout, stderr, newSession } = options;
  const { spawn } = getBuiltin<ChildProcessModule>("node:child_process");
  return spawn(program, args, {
    stdio: [stdioOf(stdin), stdioOf(stdout), stdioOf(stderr)],
    detached: newSession,
    ...surroundingsOf(options),
  });
}

function stdioOf(stream: ChildStream): Stdio {
  return stream === "null" ? "ignore" : stream;
}

class NodeProcess implements ProcessHandle {
  readonly pid: number;
  readonly native: ChildProcess;
  readonly stdin: WritePipe | null;
  readonly stdout: ReadPipe | null;
  readonly stderr: ReadPipe | null;
  readonly exited: Promise<number>;
  #ended = false;

  /** The pipes are listened to from the beginning, for a child may end at once. */
  constructor(child: ChildProcess, pid: number) {
    this.pid = pid;
    this.native = child;
    this.stdin = child.stdin && new NodeWritePipe(child.stdin);
    this.stdout = child.stdout && new NodeReadPipe(child.stdout);
    this.stderr = child.stderr && new NodeReadPipe(child.stderr);
    this.exited = new Promise((resolve) => {
      child.on("exit", (code, signal) => {
        this.#ended = true;
        resolve(signal === null ? code ?? 0 : -signalNumber(signal));
      });
    });
  }

  /** By its number: on Deno the child's own method takes it for dead. */
  kill(signal: string): boolean {
    return !this.#ended && killById(this.pid, signal);
  }

  killGroup(signal: string | 0): boolean {
    return killGroup(this.pid, signal);
  }

  release(): void {
    this.native.unref();
  }
}
