/**
 * The transport of a child process.
 *
 * @module
 */
import { type Context, copyContext, type Future, SingleWait } from "../core/mod.ts";
import { OSError, ProcessLookupError } from "../errors.ts";
import type { BaseProtocol } from "../net/base_protocol.ts";
import type { NetLoop } from "../net/net_loop.ts";
import { ReadPipeTransport } from "../net/read_pipe_transport.ts";
import type { BaseTransport, ExtraInfo } from "../net/transports.ts";
import { WritePipeTransport } from "../net/write_pipe_transport.ts";
import type { ReadPipe, WritePipe } from "../runtime/pipe_driver.ts";
import type { ProcessHandle } from "../runtime/process_driver.ts";
import { checkAnySignalName, type SignalName } from "./signals.ts";
import type { SubprocessProtocol, SubprocessTransport } from "./subprocess_protocol.ts";

/**
 * A SubprocessTransport over a process of the host.
 *
 *     running ── it ends ──▶ exited ── each pipe has ended ──▶ finished, and connectionLost
 *
 * `close`, at any time, closes the pipes and kills it. Everything that the protocol is told comes in a turn of its own.
 */
export class ProcessTransport implements SubprocessTransport {
  readonly #loop: NetLoop;
  readonly #handle: ProcessHandle;
  readonly #context: Context = copyContext();
  #protocol: Partial<SubprocessProtocol>;
  readonly #pipes = new Map<number, ReadPipeTransport | WritePipeTransport>();
  /** How many pipes have not ended. */
  #openPipes = 0;
  #returncode: number | null = null;
  #finished = false;
  #closed = false;
  readonly #waiters = new Set<ExitWait>();
  /** What the end of the loop does. */
  readonly #release: { close(): void };

  constructor(loop: NetLoop, handle: ProcessHandle, protocol: Partial<SubprocessProtocol>) {
    this.#loop = loop;
    this.#handle = handle;
    this.#protocol = protocol;
    this.#release = { close: () => handle.release() };
    loop._open.add(this.#release);
    this.#addWritePipe(0, handle.stdin);
    this.#addReadPipe(1, handle.stdout);
    this.#addReadPipe(2, handle.stderr);
  }

  #addWritePipe(fd: number, handle: WritePipe | null): void {
    if (handle === null) return;
    this.#pipes.set(
      fd,
      new WritePipeTransport(this.#loop, handle, {
        connectionLost: (error) => this.#pipeLost(fd, error),
        pauseWriting: () => this.#protocol.pauseWriting?.(),
        resumeWriting: () => this.#protocol.resumeWriting?.(),
      }),
    );
    this.#openPipes++;
  }

  #addReadPipe(fd: number, handle: ReadPipe | null): void {
    if (handle === null) return;
    this.#pipes.set(
      fd,
      new ReadPipeTransport(this.#loop, handle, {
        dataReceived: (data) => this.#tell(() => this.#protocol.pipeDataReceived?.(fd, data)),
        connectionLost: (error) => this.#pipeLost(fd, error),
      }),
    );
    this.#openPipes++;
  }

  /** Calls `connectionMade` in the next turn, then listens to the process and its pipes, then completes `waiter`. Once. */
  begin(waiter: Future<void>): void {
    this.#tell(() => this.#protocol.connectionMade?.(this));
    void this.#handle.exited.then((returncode) => this.#loop._deliver(this.#inContext, returncode));
    this.#loop.callSoon(() => {
      for (const pipe of this.#pipes.values()) pipe._start();
      if (!waiter.done()) waiter.setResult(undefined);
    });
  }

  #tell(call: () => void): void {
    this.#loop.callSoon(call);
  }

  readonly #inContext = (returncode: number): void => this.#context.run(this.#exited, returncode);

  // -------------------------------------------------------------- about it

  getPid(): number {
    return this.#handle.pid;
  }

  getReturncode(): number | null {
    return this.#returncode;
  }

  getPipeTransport(fd: number): BaseTransport | null {
    return this.#pipes.get(fd) ?? null;
  }

  isClosing(): boolean {
    return this.#closed;
  }

  getProtocol(): BaseProtocol {
    return this.#protocol as BaseProtocol;
  }

  setProtocol(protocol: Partial<BaseProtocol>): void {
    this.#protocol = protocol;
  }

  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  getExtraInfo(name: string, fallback?: unknown): unknown {
    return name === "subprocess" ? this.#handle.native : fallback;
  }

  /** For people. */
  toString(): string {
    const state = this.#returncode === null ? "running" : `returncode=${this.#returncode}`;
    return `<SubprocessTransport pid=${this.#handle.pid} ${state}>`;
  }

  // -------------------------------------------------------------- its end

  readonly #exited = (returncode: number): void => {
    this.#returncode = returncode;
    this.#tell(() => this.#protocol.processExited?.());
    (this.#pipes.get(0) as WritePipeTransport | undefined)?._readerGone(); // not every host says so
    this.#finishIfEnded();
    for (const waiter of this.#waiters) waiter._exited();
    this.#waiters.clear();
  };

  #pipeLost(fd: number, error: Error | null): void {
    this.#tell(() => this.#protocol.pipeConnectionLost?.(fd, error));
    this.#openPipes--;
    this.#finishIfEnded();
  }

  #finishIfEnded(): void {
    if (this.#returncode === null || this.#openPipes > 0) return;
    this.#tell(() => {
      this.#finished = true;
      this.#loop._open.delete(this.#release);
      this.#protocol.connectionLost?.(null);
    });
  }

  /** A wait for its end, that of its pipes or not. Cancelling it leaves the process alone. @internal */
  _exit(): SingleWait<number> {
    return new ExitWait(this, this.#waiters);
  }

  // -------------------------------------------------------------- signals

  sendSignal(signal: SignalName): void {
    checkAnySignalName(signal);
    if (this.#finished) {
      throw new ProcessLookupError(`Cannot send ${signal}: the process ${this.#handle.pid} has ended (ESRCH)`, { code: "ESRCH" });
    }
    if (this.#returncode === null) this.#handle.kill(signal);
  }

  terminate(): void {
    this.sendSignal("SIGTERM");
  }

  kill(): void {
    this.sendSignal("SIGKILL");
  }

  /** Sends a signal to the group that it leads; 0 only asks. False when there is none any more. @internal */
  _signalGroup(signal: SignalName | 0): boolean {
    return this.#handle.killGroup(signal);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const pipe of this.#pipes.values()) pipe.close();
    if (this.#returncode !== null) return;
    try {
      this.#handle.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof OSError)) throw error; // a process of another user goes on
    }
  }
}

/** Waits until the process has ended. */
class ExitWait extends SingleWait<number> {
  readonly #transport: ProcessTransport;
  readonly #waiters: Set<ExitWait>;

  constructor(transport: ProcessTransport, waiters: Set<ExitWait>) {
    super();
    this.#transport = transport;
    this.#waiters = waiters;
  }

  _begin(): boolean {
    if (this.#transport.getReturncode() !== null) return false;
    this.#waiters.add(this);
    return true;
  }

  _exited(): void {
    if (this._isWaiting()) this._wake();
  }

  _outcome(): number {
    return this.#transport.getReturncode()!;
  }

  _giveUp(): void {
    this.#waiters.delete(this);
  }
}
