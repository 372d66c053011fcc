/**
 * The port, part three: workers, which are threads or processes that run a module. Types only.
 *
 * @module
 */

/** What a worker tells its owner. */
export interface WorkerEvents {
  /** It sent a message. */
  onMessage(message: unknown): void;
  /** It has ended. Exactly once, and last. `how` completes "its worker …"; `error` is what it failed with, where that is known. */
  onExit(how: string, error?: unknown): void;
}

/** A worker, seen from outside. */
export interface WorkerHandle {
  /** Sends a copy of `message`, and moves what is in `transfer`. @throws the host's error when that cannot be done. */
  post(message: unknown, transfer: readonly object[]): void;
  /** Whether it keeps the process of its owner alive. It does at first. */
  keepAlive(on: boolean): void;
  /** Ends one that has nothing to do. */
  stop(): void;
  /** Ends it at once, whatever it does. */
  terminate(): void;
}

/** A worker, seen from inside. */
export interface WorkerScope {
  /** Whether it shares memory with its owner. */
  readonly kind: WorkerKind;
  /** Sends a copy of `message` to the owner, and moves what is in `transfer`. @throws as `WorkerHandle.post`. */
  post(message: unknown, transfer: readonly object[]): void;
  /** Calls back for each message of the owner. */
  onMessage(callback: (message: unknown) => void): void;
  /** The next message of a MessagePort, without waiting for it. */
  receiveNow(port: object): { readonly message: unknown } | undefined;
}

/** The kinds of workers. */
export type WorkerKind = "thread" | "process";

/** Starts workers. */
export interface WorkerDriver {
  /** How many can really run side by side. */
  readonly parallelism: number;
  /** Starts a worker that runs the module at `url`. */
  start(kind: WorkerKind, url: string, name: string, events: WorkerEvents): WorkerHandle;
  /** The exports of the module at `url`, loaded in this thread. */
  load(url: string): Promise<Readonly<Record<string, unknown>>>;
  /** The worker that this code runs in; null on the main thread. */
  enclosing(): WorkerScope | null;
}
