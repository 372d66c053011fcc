/**
 * ProcessDriver of Bun, over `Bun.spawn`: its node:child_process does not notice that a child has closed its stdin.
 *
 * What differs: a text file without `#!` cannot be executed (ENOEXEC).
 *
 * @module
 */
import type { Abandon, Outcome } from "../../runtime/net_driver.ts";
import type { ReadPipe, WritePipe } from "../../runtime/pipe_driver.ts";
import type { ChildStream, ProcessDriver, ProcessHandle, SpawnOptions } from "../../runtime/process_driver.ts";
import { hostGlobals } from "../shared/host.ts";
import { type ByteReader, PromiseReadPipe, PromiseWritePipe } from "../shared/promise_pipe.ts";
import { type FileSink, sinkOf } from "./file_sink.ts";
import {
  killGroup,
  type PlainSpawnOptions,
  signalNumber,
  startNow,
  type Surroundings,
  surroundingsOf,
  withoutMerge,
} from "../shared/spawning.ts";

interface BunSubprocess {
  readonly pid: number;
  readonly stdin: FileSink | number | undefined;
  readonly stdout: { getReader(): ByteReader } | number | undefined;
  readonly stderr: { getReader(): ByteReader } | number | undefined;
  readonly exited: Promise<number>;
  readonly exitCode: number | null;
  /** A number where the signal has no name. */
  readonly signalCode: string | number | null;
  kill(signal: string): void;
  unref(): void;
}

type Stdio = "pipe" | "ignore" | "inherit" | number;

interface BunNamespace {
  spawn(
    command: readonly string[],
    options: {
      readonly stdin: Stdio;
      readonly stdout: Stdio;
      readonly stderr: Stdio;
      readonly detached: boolean;
      /** Reads nothing before it is asked to: otherwise it would read without limit. */
      readonly lazy: true;
    } & Surroundings,
  ): BunSubprocess;
}

/** The driver. */
export function bunProcesses(): ProcessDriver {
  return { spawn };
}

function spawn(options: SpawnOptions, outcome: Outcome<ProcessHandle>): Abandon {
  return startNow(options, () => new BunProcess(spawnPlain(withoutMerge(options, () => true))), outcome);
}

function spawnPlain(options: PlainSpawnOptions): BunSubprocess {
  const { program, args, stdin, stdout, stderr, newSession } = options;
  const { spawn } = hostGlobals().Bun as BunNamespace;
  return spawn([program, ...args], {
    stdin: stdioOf(stdin),
    stdout: stdioOf(stdout),
    stderr: stdioOf(stderr),
    detached: newSession,
    lazy: true,
    ...surroundingsOf(options),
  });
}

function stdioOf(stream: ChildStream): Stdio {
  return stream === "null" ? "ignore" : stream;
}

class BunProcess implements ProcessHandle {
  readonly pid: number;
  readonly native: BunSubprocess;
  readonly stdin: WritePipe | null;
  readonly stdout: ReadPipe | null;
  readonly stderr: ReadPipe | null;
  readonly exited: Promise<number>;

  constructor(child: BunSubprocess) {
    this.pid = child.pid;
    this.native = child;
    const { stdin, stdout, stderr } = child;
    this.stdin = typeof stdin === "object" ? new PromiseWritePipe(stdin, sinkOf(stdin)) : null;
    this.stdout = typeof stdout === "object" ? new PromiseReadPipe(stdout, stdout.getReader()) : null;
    this.stderr = typeof stderr === "object" ? new PromiseReadPipe(stderr, stderr.getReader()) : null;
    this.exited = child.exited.then(() => returncodeOf(child));
  }

  kill(signal: string): boolean {
    if (!isRunning(this.native)) return false;
    this.native.kill(signal);
    return true;
  }

  killGroup(signal: string | 0): boolean {
    return killGroup(this.pid, signal);
  }

  release(): void {
    this.native.unref();
  }
}

function isRunning({ exitCode, signalCode }: BunSubprocess): boolean {
  return exitCode === null && signalCode === null;
}

function returncodeOf({ exitCode, signalCode }: BunSubprocess): number {
  if (signalCode === null) return exitCode ?? 0;
  return -(typeof signalCode === "number" ? signalCode : signalNumber(signalCode));
}
