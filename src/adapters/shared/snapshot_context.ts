/**
 * ContextStorage of hosts whose AsyncLocalStorage cannot be entered for good, as Cloudflare's: a step runs in a snapshot of the context of its
 * maker, with the target as the store of a run of its own.
 *
 * @module
 */
import type { ContextStorage, Steppable } from "../../runtime/host.ts";
import { type AsyncLocalStorage, asyncLocalStorageClass, type Snapshot, threadStorage } from "./thread_storage.ts";

/** The storage. */
export function snapshotContext(): ContextStorage {
  const storage = threadStorage();
  const Storage = asyncLocalStorageClass()!;
  return new SnapshotContext(storage, () => Storage.snapshot());
}

class SnapshotContext implements ContextStorage {
  readonly #storage: AsyncLocalStorage;
  readonly #capture: () => Snapshot;
  readonly #step = (target: Steppable): void => {
    this.#storage.run(target, stepOf, target);
  };

  constructor(storage: AsyncLocalStorage, capture: () => Snapshot) {
    this.#storage = storage;
    this.#capture = capture;
  }

  run<T>(store: object, body: () => T): T {
    return this.#storage.run(store, body);
  }

  current(): object | undefined {
    return this.#storage.getStore();
  }

  capture(target: Steppable): void {
    target.scope = this.#capture();
  }

  resume(target: Steppable): boolean {
    const snapshot = target.scope as Snapshot;
    snapshot(this.#step, target);
    return true;
  }
}

function stepOf(target: Steppable): boolean {
  return target.step();
}
