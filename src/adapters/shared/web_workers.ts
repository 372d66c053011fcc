/**
 * Workers of Deno and Bun: the web's Worker, several times as fast there as node:worker_threads, and forked processes.
 *
 * What differs on Deno: a thread that runs out of memory ends the process, and what nobody caught in it is printed too.
 *
 * @module
 */
import type { WorkerDriver, WorkerEvents, WorkerHandle, WorkerScope } from "../../runtime/worker_driver.ts";
import { forkedScope, Forks } from "./forked_workers.ts";
import { hostGlobals } from "./host.ts";
import { load, parallelism, receiveNow } from "./node_workers.ts";

interface WorkerEvent {
  readonly data?: unknown;
  readonly message?: string;
  readonly code?: number;
  preventDefault(): void;
}

interface WebWorker {
  addEventListener(type: "message" | "error" | "close", listener: (event: WorkerEvent) => void): void;
  postMessage(message: unknown, transfer?: readonly object[]): void;
  terminate(): void;
  ref?(): void;
  unref?(): void;
}

interface WebGlobals {
  readonly Worker: {
    new (url: string, options: { readonly type: "module"; readonly name: string }): WebWorker;
    readonly prototype: object;
  };
  readonly Bun?: { readonly isMainThread: boolean };
  readonly Deno?: { exit(code?: number): never };
  readonly process: { exit(code?: number): never };
  readonly WorkerGlobalScope?: unknown;
  onmessage: ((event: WorkerEvent) => void) | null;
  postMessage(message: unknown, transfer?: readonly object[]): void;
  close?(): void;
}

/** What a thread of Deno says before it exits, since nothing else tells its owner. */
const EXIT = "tsyncio: exit";

const globals = (): WebGlobals => hostGlobals() as unknown as WebGlobals;

/** The driver. */
export function webWorkers(): WorkerDriver {
  const forks = new Forks();
  return {
    get parallelism(): number {
      return parallelism();
    },
    start: (kind, url, name, events) => kind === "process" ? forks.start(url, events) : new WebThread(url, name, events),
    load,
    enclosing: () => threadScope() ?? forkedScope(),
  };
}

class WebThread implements WorkerHandle {
  readonly #worker: WebWorker;
  readonly #end: (how: string, error?: unknown) => void;
  #alive = true;
  /** How it is kept from keeping the process alive. */
  readonly #setReference: (on: boolean) => void;

  constructor(url: string, name: string, events: WorkerEvents) {
    this.#worker = new (globals().Worker)(url, { type: "module", name });
    this.#setReference = referenceOf(this.#worker);
    let ended = false;
    this.#end = (how, error) => {
      if (ended) return;
      ended = true;
      this.#worker.terminate();
      events.onExit(how, error);
    };
    this.#worker.addEventListener("message", ({ data }) => {
      const exit = (data as { readonly [EXIT]?: number } | null)?.[EXIT];
      if (exit !== undefined) this.#end(`exited with code ${exit}`);
      else if (!ended) events.onMessage(data);
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#end(`failed: ${event.message}`, new Error(event.message));
    });
    this.#worker.addEventListener("close", ({ code }) => this.#end(`exited with code ${code}`));
  }

  post(message: unknown, transfer: readonly object[]): void {
    send(this.#worker, message, transfer);
  }

  keepAlive(on: boolean): void {
    if (on === this.#alive) return;
    this.#alive = on;
    this.#setReference(on);
  }

  stop(): void {
    this.terminate();
  }

  terminate(): void {
    this.#worker.terminate();
    hostGlobals().setTimeout(() => this.#end("was terminated"), 0);
  }
}

/** Deno sends a message by a shorter way when it is not given even an empty list. */
function send(to: Pick<WebWorker, "postMessage">, message: unknown, transfer: readonly object[]): void {
  if (transfer.length === 0) to.postMessage(message);
  else to.postMessage(message, transfer);
}

/** Deno has `ref` and `unref` in one method without a name, for its own node:worker_threads. Without it an idle worker keeps the process alive. */
function referenceOf(worker: WebWorker): (on: boolean) => void {
  if (worker.ref !== undefined) return (on) => on ? worker.ref!() : worker.unref!();
  const prototype = globals().Worker.prototype as Record<symbol, unknown>;
  const key = Object.getOwnPropertySymbols(prototype).find(({ description }) => !description);
  return key === undefined ? () => {} : (on) => (prototype[key] as (on: boolean) => void).call(worker, on);
}

function threadScope(): WorkerScope | null {
  const scope = globals();
  const isThread = scope.Bun !== undefined ? !scope.Bun.isMainThread : scope.WorkerGlobalScope !== undefined;
  if (!isThread) return null;
  if (scope.Deno !== undefined) tellExits(scope);
  return {
    kind: "thread",
    post: (message, transfer) => send(scope, message, transfer),
    onMessage: (callback) => scope.onmessage = ({ data }) => callback(data),
    receiveNow,
  };
}

function tellExits(scope: WebGlobals): void {
  for (const [owner, name] of [[scope.Deno, "exit"], [scope.process, "exit"], [scope, "close"]] as const) {
    const original = (owner as unknown as Record<string, (code?: number) => never>)[name]!;
    const exit = (code: number = 0): never => {
      scope.postMessage({ [EXIT]: code }, []);
      return original.call(owner, code);
    };
    Object.defineProperty(owner, name, { value: exit, configurable: true, writable: true });
  }
}
