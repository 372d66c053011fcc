/**
 * Child processes with streams.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, awaitable, type CoroutineGenerator, currentLoop } from "../core/mod.ts";
import { BrokenPipeError, ConnectionResetError, RuntimeError, TimeoutError } from "../errors.ts";
import { checkData } from "../net/data.ts";
import type { NetLoop } from "../net/net_loop.ts";
import type { BaseTransport, Data, ReadTransport, WriteTransport } from "../net/transports.ts";
import type { SpawnOptions } from "../runtime/process_driver.ts";
import { checkLimit, StreamReader } from "../streams/stream_reader.ts";
import { StreamWriter } from "../streams/stream_writer.ts";
import { type GatedProtocol, WriteGate } from "../streams/write_gate.ts";
import { gather } from "../tasks/gather.ts";
import { sleep } from "../tasks/sleep.ts";
import { waitFor } from "../tasks/timeout.ts";
import type { ProcessTransport } from "./process_transport.ts";
import type { SignalName } from "./signals.ts";
import { startProcess } from "./subprocess.ts";
import { shellOptionsOf, spawnOptionsOf, type SubprocessOptions } from "./subprocess_options.ts";
import { SubprocessProtocol, type SubprocessTransport } from "./subprocess_protocol.ts";

/** How to end a process. */
export interface StopOptions {
  /** How long, in milliseconds, it has to end by itself. @default 5000 */
  readonly grace?: number;
  /** Ends everything in the process group that it leads; it must have been started with `startNewSession`. @default false */
  readonly group?: boolean;
}

/**
 * Starts a program with arguments, without a shell. A program without a slash is looked for in PATH.
 *
 * @throws FileNotFoundError when there is no such program or folder, PermissionError when it cannot be executed, another OSError for whatever else the
 * system says; RangeError for a NUL in any of the texts. Nothing is left running then. Cancelling it kills what was started.
 */
export function createSubprocessExec(
  program: string,
  args: readonly string[] = [],
  options: SubprocessOptions = {},
): Awaitable<Process> {
  checkLimit(options.limit);
  return awaitable(start(spawnOptionsOf(program, args, options, "inherit"), options.limit));
}

/** Runs a command line by /bin/sh. A program that is missing is the return code 127. @throws as `createSubprocessExec`. */
export function createSubprocessShell(command: string, options: SubprocessOptions = {}): Awaitable<Process> {
  checkLimit(options.limit);
  return awaitable(start(shellOptionsOf(command, options, "inherit"), options.limit));
}

function* start(spawn: SpawnOptions, limit: number | undefined): CoroutineGenerator<Process> {
  const loop = currentLoop();
  const [transport, protocol] = yield* startProcess(loop, () => new SubprocessStreamProtocol(loop, limit), spawn);
  return new Process(transport, protocol, spawn.newSession);
}

/** Feeds the streams of a process. */
class SubprocessStreamProtocol extends SubprocessProtocol implements GatedProtocol {
  readonly #loop: NetLoop;
  readonly #limit: number | undefined;
  readonly _gate: WriteGate;
  #transport: SubprocessTransport | null = null;
  stdin: StreamWriter | null = null;
  readonly readers: Map<number, StreamReader> = new Map();
  #openReaders = 0;
  #exited = false;

  constructor(loop: NetLoop, limit: number | undefined) {
    super();
    this.#loop = loop;
    this.#limit = limit;
    this._gate = new WriteGate(loop);
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    for (const fd of [1, 2]) this.#addReader(fd, transport.getPipeTransport(fd));
    const stdin = transport.getPipeTransport(0);
    if (stdin !== null) this.stdin = new StreamWriter(stdin as WriteTransport, this, null);
  }

  #addReader(fd: number, pipe: BaseTransport | null): void {
    if (pipe === null) return;
    const reader = new StreamReader({ loop: this.#loop, ...(this.#limit === undefined ? {} : { limit: this.#limit }) });
    reader.setTransport(pipe as ReadTransport);
    this.readers.set(fd, reader);
    this.#openReaders++;
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.readers.get(fd)?._feed(data);
  }

  override pipeConnectionLost(fd: number, error: Error | null): void {
    if (fd === 0) return this._gate.lose(error);
    const reader = this.readers.get(fd);
    if (error === null) reader?.feedEof();
    else reader?.setException(error);
    this.#openReaders--;
    this.#closeIfEnded();
  }

  override processExited(): void {
    this.#exited = true;
    this.#closeIfEnded();
  }

  /** There is nothing left to read, so nobody needs its stdin either. */
  #closeIfEnded(): void {
    if (this.#exited && this.#openReaders === 0) this.#transport?.close();
  }

  override pauseWriting(): void {
    this._gate.pause();
  }

  override resumeWriting(): void {
    this._gate.resume();
  }
}

const DEFAULT_GRACE = 5000;
/** How often it is asked, in milliseconds, whether a group has ended: no host tells. */
const GROUP_POLL = 10;

/**
 * A child process. Disposing it stops it, as `stop()` does, and closes its pipes; the end of the loop leaves it alone.
 *
 * To read stdout and stderr and to write stdin by turns may come to a standstill, each side waiting for the other: `communicate` does not.
 */
export class Process implements AsyncDisposable {
  readonly #transport: ProcessTransport;
  readonly #leadsGroup: boolean;
  /** Its process id. */
  readonly pid: number;
  /** Its stdin, if that is PIPE. */
  readonly stdin: StreamWriter | null;
  /** Its stdout, if that is PIPE. */
  readonly stdout: StreamReader | null;
  /** Its stderr, if that is PIPE. */
  readonly stderr: StreamReader | null;

  /** @internal */
  constructor(transport: ProcessTransport, protocol: SubprocessStreamProtocol, leadsGroup: boolean) {
    this.#transport = transport;
    this.#leadsGroup = leadsGroup;
    this.pid = transport.getPid();
    this.stdin = protocol.stdin;
    this.stdout = protocol.readers.get(1) ?? null;
    this.stderr = protocol.readers.get(2) ?? null;
  }

  /** Its exit code, −N when signal N ended it, null while it runs. */
  get returncode(): number | null {
    return this.#transport.getReturncode();
  }

  /** For people. */
  toString(): string {
    return `<Process ${this.pid}>`;
  }

  /** Waits until it has ended, and gives its return code. It may not end while its output is not read. Cancelling it leaves the process alone. */
  wait(): Awaitable<number> {
    return this.#transport._exit();
  }

  // -------------------------------------------------------------- its streams

  /**
   * Sends `input` and closes stdin, reads stdout and stderr to their ends, then waits until it has ended. Gives what was read, null for what is no pipe.
   * A process that does not read all of its input is no error. Cancelling it leaves the process alone.
   *
   * @throws RuntimeError for input when stdin is no pipe.
   */
  communicate(input?: Data): Awaitable<[stdout: Uint8Array | null, stderr: Uint8Array | null]> {
    if (input !== undefined) {
      checkData(input, "communicate");
      if (this.stdin === null) throw new RuntimeError("Cannot communicate: there is input, but stdin is no pipe");
    }
    return awaitable(this.#communicate(input));
  }

  *#communicate(input: Data | undefined): CoroutineGenerator<[Uint8Array | null, Uint8Array | null]> {
    const { stdin, stdout, stderr } = this;
    let read: [Uint8Array | null, Uint8Array | null] = [null, null];
    if (Number(stdin !== null) + Number(stdout !== null) + Number(stderr !== null) > 1) read = yield* this.#serveAll(input);
    else if (stdin !== null) yield* this.#feed(stdin, input);
    else if (stdout !== null) read[0] = yield* this.#readAll(stdout, 1);
    else if (stderr !== null) read[1] = yield* this.#readAll(stderr, 2);
    yield* this.wait();
    return read;
  }

  *#serveAll(input: Data | undefined): CoroutineGenerator<[Uint8Array | null, Uint8Array | null]> {
    const { stdin, stdout, stderr } = this;
    const [, ...read] = yield* gather([
      () => stdin === null ? nothing() : this.#feed(stdin, input),
      () => stdout === null ? nothing() : this.#readAll(stdout, 1),
      () => stderr === null ? nothing() : this.#readAll(stderr, 2),
    ]);
    return read;
  }

  *#feed(stdin: StreamWriter, input: Data | undefined): CoroutineGenerator<null> {
    try {
      if (input !== undefined) stdin.write(input);
      yield* stdin.drain();
    } catch (error) {
      if (!(error instanceof BrokenPipeError || error instanceof ConnectionResetError)) throw error;
    }
    stdin.close();
    return null;
  }

  *#readAll(reader: StreamReader, fd: number): CoroutineGenerator<Uint8Array> {
    const all = yield* reader.read();
    this.#transport.getPipeTransport(fd)!.close();
    return all;
  }

  // -------------------------------------------------------------- its end

  /**
   * Sends it a signal.
   *
   * @throws RangeError for the name of no signal; ProcessLookupError once it has ended; PermissionError for another user's.
   */
  sendSignal(signal: SignalName): void {
    this.#transport.sendSignal(signal);
  }

  /** Asks it to end, by SIGTERM. @throws as `sendSignal`. */
  terminate(): void {
    this.#transport.terminate();
  }

  /** Ends it, by SIGKILL. @throws as `sendSignal`. */
  kill(): void {
    this.#transport.kill();
  }

  /**
   * Asks it to end, waits, kills it if it has not ended in time, and gives its return code; at once when it had ended. Cancelling it kills at once.
   *
   * @throws RangeError for a negative grace; RuntimeError for a group that it does not lead.
   */
  stop(options: StopOptions = {}): Awaitable<number> {
    const { grace = DEFAULT_GRACE, group = false } = options;
    if (typeof grace !== "number") throw new TypeError(`Cannot stop: the grace must be a number of milliseconds, got ${typeName(grace)}`);
    if (!(grace >= 0)) throw new RangeError(`Cannot stop: the grace must be >= 0, not ${grace}`);
    if (group && !this.#leadsGroup) throw new RuntimeError("Cannot stop the group: the process was not started with startNewSession");
    return awaitable(group ? this.#stopGroup(grace) : this.#stop(grace));
  }

  *#stop(grace: number): CoroutineGenerator<number> {
    if (this.returncode === null) {
      this.terminate();
      try {
        yield* within(grace, () => this.wait());
      } finally {
        if (this.returncode === null) this.kill();
      }
    }
    return yield* this.wait();
  }

  *#stopGroup(grace: number): CoroutineGenerator<number> {
    const transport = this.#transport;
    if (transport._signalGroup("SIGTERM")) {
      try {
        yield* within(grace, () => this.#groupEnd());
      } finally {
        transport._signalGroup("SIGKILL");
      }
    }
    return yield* this.wait();
  }

  *#groupEnd(): CoroutineGenerator<void> {
    yield* this.wait();
    while (this.#transport._signalGroup(0)) yield* sleep(GROUP_POLL);
  }

  /** Stops it, and closes its pipes. */
  [Symbol.asyncDispose](): Promise<void> {
    return awaitable(this.#dispose());
  }

  *#dispose(): CoroutineGenerator<void> {
    try {
      yield* this.#stop(DEFAULT_GRACE);
    } finally {
      this.#transport.close();
    }
  }
}

function* nothing(): CoroutineGenerator<null> {
  return null;
}

/** Waits for `body`, but no longer than `limit` milliseconds. */
function* within(limit: number, body: () => CoroutineGenerator<unknown> | Awaitable<unknown>): CoroutineGenerator<void> {
  try {
    yield* waitFor(body, limit === Infinity ? null : limit);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
}
