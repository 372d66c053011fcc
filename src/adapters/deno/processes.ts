/**
 * ProcessDriver of Deno, over `Deno.Command`, which asks for fewer permissions than node:child_process; that is for children with a file descriptor.
 *
 * @module
 */
import type { Abandon, Outcome } from "../../runtime/net_driver.ts";
import type { ReadPipe, WritePipe } from "../../runtime/pipe_driver.ts";
import type { ChildStream, ProcessDriver, ProcessHandle, SpawnOptions } from "../../runtime/process_driver.ts";
import { toOSError } from "../shared/error_map.ts";
import { spawnNode } from "../shared/node_processes.ts";
import { type ByteReader, type ByteSink, PromiseReadPipe, PromiseWritePipe } from "../shared/promise_pipe.ts";
import { killGroup, type PlainSpawnOptions, signalNumber, startNow, surroundingsOf, withoutMerge } from "../shared/spawning.ts";
import { type DenoChild, denoNamespace } from "./deno_namespace.ts";
import { checkRunPermission, isGranted } from "./permissions.ts";

/** The driver. */
export function denoProcesses(): ProcessDriver {
  return { spawn };
}

function spawn(options: SpawnOptions, outcome: Outcome<ProcessHandle>): Abandon {
  if (needsDescriptor(options)) {
    checkRun(options);
    return spawnNode(options, outcome);
  }
  return startNow(options, () => {
    if (options.stderr === "stdout") checkRun(options); // Deno would ask for the shell
    const plain = withoutMerge(options, () => canLookUp(options));
    return new DenoProcess(spawnPlain(plain), plain);
  }, outcome);
}

function checkRun({ program }: SpawnOptions): void {
  checkRunPermission(`start ${program}`, program);
}

function canLookUp({ env }: SpawnOptions): boolean {
  return isGranted({ name: "read" }) && (env !== undefined || isGranted({ name: "env", variable: "PATH" }));
}

function needsDescriptor({ stdin, stdout, stderr }: SpawnOptions): boolean {
  const merged = stderr === "stdout" && stdout === "inherit"; // to its number
  return merged || [stdin, stdout, stderr].some((stream) => typeof stream === "number");
}

function spawnPlain(options: PlainSpawnOptions): DenoChild {
  const { program, args, stdin, stdout, stderr, newSession } = options;
  const { Command } = denoNamespace();
  return new Command(program, {
    args,
    stdin: stdioOf(stdin),
    stdout: stdioOf(stdout),
    stderr: stdioOf(stderr),
    detached: newSession,
    clearEnv: options.env !== undefined,
    ...surroundingsOf(options),
  }).spawn();
}

function stdioOf(stream: ChildStream): "piped" | "null" | "inherit" {
  return stream === "pipe" ? "piped" : stream as "null" | "inherit";
}

class DenoProcess implements ProcessHandle {
  readonly pid: number;
  readonly native: DenoChild;
  readonly stdin: WritePipe | null;
  readonly stdout: ReadPipe | null;
  readonly stderr: ReadPipe | null;
  readonly exited: Promise<number>;
  #ended = false;

  constructor(child: DenoChild, streams: PlainSpawnOptions) {
    this.pid = child.pid;
    this.native = child;
    this.stdin = streams.stdin === "pipe" ? writePipe(child.stdin) : null;
    this.stdout = streams.stdout === "pipe" ? readPipe(child.stdout) : null;
    this.stderr = streams.stderr === "pipe" ? readPipe(child.stderr) : null;
    const end = (returncode: number): number => {
      this.#ended = true;
      return returncode;
    };
    this.exited = child.status.then(
      ({ code, signal }) => end(signal === null ? code : -signalNumber(signal)),
      (error: unknown) => end(-unnamedSignal(error)),
    );
  }

  kill(signal: string): boolean {
    if (this.#ended) return false;
    try {
      this.native.kill(signal);
      return true;
    } catch (error) {
      if (error instanceof TypeError) return false; // it has ended meanwhile
      throw toOSError(error, `send ${signal} to the process ${this.pid}`);
    }
  }

  killGroup(signal: string | 0): boolean {
    return killGroup(this.pid, signal);
  }

  release(): void {
    this.native.unref();
  }
}

/** Deno fails where a real-time signal ended the child, and names it only in the message. */
function unnamedSignal(error: unknown): number {
  return Number(/\d+/.exec((error as Error).message)?.[0] ?? 0);
}

function readPipe(stream: { getReader(): ByteReader }): ReadPipe {
  return new PromiseReadPipe(stream, stream.getReader());
}

/** Aborting waits for the write under way, so for a child that does not read it is closed when that ends. */
function writePipe(stream: DenoChild["stdin"]): WritePipe {
  const writer = stream.getWriter();
  const sink: ByteSink = { write: (chunk) => writer.write(chunk), close: () => writer.close(), abort: () => writer.abort() };
  writer.closed.catch(() => {}); // its failure is that of a write
  return new PromiseWritePipe(stream, sink);
}
