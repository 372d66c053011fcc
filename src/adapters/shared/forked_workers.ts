/**
 * Workers that are processes, over `fork` of node:child_process, which all hosts have. An idle one ends when its owner does; a busy one is ended when the
 * owner exits, and goes on to its next `await` when a signal ends the owner.
 *
 * @module
 */
import type { WorkerEvents, WorkerHandle, WorkerScope } from "../../runtime/worker_driver.ts";
import { toOSError } from "./error_map.ts";
import { getBuiltin, hostGlobals } from "./host.ts";

interface ForkedChild {
  readonly pid?: number;
  readonly connected: boolean;
  readonly channel?: { ref?(): void; unref?(): void } | null;
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "exit", listener: (code: number | null, signal: string | null) => void): unknown;
  send(message: unknown, done: (error: unknown) => void): boolean;
  disconnect(): void;
  ref(): void;
  unref(): void;
}

interface ChildProcessModule {
  fork(module: string, args: readonly string[], options: { readonly serialization: "advanced" }): ForkedChild;
}

interface ProcessSide {
  send?(message: unknown): boolean;
  on(event: "message" | "disconnect", listener: (message: unknown) => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
  exit(code: number): never;
  kill(pid: number, signal: string): unknown;
}

const thisProcess = (): ProcessSide => hostGlobals().process as unknown as ProcessSide;

/** Starts processes, and knows those that run. */
export class Forks {
  readonly #running = new Set<ForkedWorker>();
  readonly #endBusy = (): void => {
    for (const worker of this.#running) if (worker.busy) worker.terminate();
  };

  /** Starts one. */
  start(url: string, { onMessage, onExit }: WorkerEvents): WorkerHandle {
    const worker = new ForkedWorker(url, {
      onMessage,
      onExit: (how, error) => {
        this.#running.delete(worker);
        if (this.#running.size === 0) thisProcess().off("exit", this.#endBusy);
        onExit(how, error);
      },
    });
    if (this.#running.size === 0) thisProcess().on("exit", this.#endBusy);
    this.#running.add(worker);
    return worker;
  }
}

class ForkedWorker implements WorkerHandle {
  /** Whether it is to keep the process of its owner alive. */
  busy = true;
  readonly #child: ForkedChild;
  #ended = false;

  constructor(url: string, events: WorkerEvents) {
    const { fork } = getBuiltin<ChildProcessModule>("node:child_process");
    const { fileURLToPath } = getBuiltin<{ fileURLToPath(url: string): string }>("node:url");
    try {
      this.#child = fork(url.startsWith("file:") ? fileURLToPath(url) : url, [], { serialization: "advanced" });
    } catch (error) {
      throw toOSError(error, "start a process");
    }
    const end = (how: string, error?: unknown): void => {
      if (this.#ended) return;
      this.#ended = true;
      events.onExit(how, error);
    };
    this.#child.on("message", (message) => {
      if (!this.#ended) events.onMessage(message);
    });
    this.#child.on("error", (error) => {
      if (this.#child.pid === undefined) end("could not be started", error);
    });
    this.#child.on("exit", (code, signal) => end(signal === null ? `exited with code ${code}` : `was ended by ${signal}`));
  }

  post(message: unknown): void {
    // A channel that is closing tells by its end.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  keepAlive(on: boolean): void {
    this.busy = on;
    if (on) this.#child.ref();
    else this.#child.unref();
    if (on) this.#child.channel?.ref?.();
    else this.#child.channel?.unref?.();
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  terminate(): void {
    if (this.#ended || this.#child.pid === undefined) return;
    try {
      // By its number: on Deno `child.kill` takes the child for dead.
      thisProcess().kill(this.#child.pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** The process that this code runs in, if an executor may have started it. */
export function forkedScope(): WorkerScope | null {
  const process = thisProcess();
  if (typeof process.send !== "function") return null;
  return {
    kind: "process",
    post: (message) => void process.send!(message),
    onMessage: (callback) => {
      process.on("message", callback);
      process.on("disconnect", () => process.exit(0));
    },
    receiveNow: () => undefined,
  };
}
