/**
 * Workers of Node: node:worker_threads, and forked processes.
 *
 * @module
 */
import type { WorkerDriver, WorkerEvents, WorkerHandle, WorkerScope } from "../../runtime/worker_driver.ts";
import { forkedScope, Forks } from "./forked_workers.ts";
import { getBuiltin } from "./host.ts";

interface NodePort {
  postMessage(message: unknown, transfer: readonly object[]): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

interface NodeWorker extends NodePort {
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "exit", listener: (code: number) => void): unknown;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
}

interface WorkerThreads {
  readonly Worker: new (url: object, options: { readonly name: string }) => NodeWorker;
  readonly isMainThread: boolean;
  readonly parentPort: NodePort | null;
  receiveMessageOnPort(port: object): { readonly message: unknown } | undefined;
}

const threads = (): WorkerThreads => getBuiltin("node:worker_threads");

/** How many threads can run side by side. */
export function parallelism(): number {
  const os = getBuiltin<{ availableParallelism?(): number; cpus(): unknown[] }>("node:os");
  return os.availableParallelism?.() ?? os.cpus().length;
}

/** The exports of a module. */
export function load(url: string): Promise<Readonly<Record<string, unknown>>> {
  return import(url);
}

/** The next message of a port, without waiting for it. */
export function receiveNow(port: object): { readonly message: unknown } | undefined {
  return threads().receiveMessageOnPort(port);
}

/** The driver. */
export function nodeWorkers(): WorkerDriver {
  const forks = new Forks();
  return {
    get parallelism(): number {
      return parallelism();
    },
    start: (kind, url, name, events) => kind === "process" ? forks.start(url, events) : new NodeThread(url, name, events),
    load,
    enclosing: () => threadScope() ?? forkedScope(),
  };
}

class NodeThread implements WorkerHandle {
  readonly #worker: NodeWorker;

  constructor(url: string, name: string, events: WorkerEvents) {
    const { URL } = getBuiltin<{ URL: new (url: string) => object }>("node:url");
    this.#worker = new (threads().Worker)(new URL(url), { name });
    let error: unknown;
    this.#worker.on("message", (message) => events.onMessage(message));
    this.#worker.on("error", (reason) => error = reason);
    this.#worker.on("exit", (code) => events.onExit(error === undefined ? `exited with code ${code}` : `failed: ${error}`, error));
  }

  post(message: unknown, transfer: readonly object[]): void {
    this.#worker.postMessage(message, transfer);
  }

  keepAlive(on: boolean): void {
    if (on) this.#worker.ref();
    else this.#worker.unref();
  }

  stop(): void {
    this.terminate();
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}

function threadScope(): WorkerScope | null {
  const { isMainThread, parentPort } = threads();
  if (isMainThread || parentPort === null) return null;
  return {
    kind: "thread",
    post: (message, transfer) => parentPort.postMessage(message, transfer),
    onMessage: (callback) => void parentPort.on("message", callback),
    receiveNow,
  };
}
