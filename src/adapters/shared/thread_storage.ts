/**
 * The thread's one AsyncLocalStorage.
 *
 * All loops of a thread share it, whichever Runtime they were given: what an `await` belongs to must be found without knowing
 * the loop first, and a second storage would be a second entry in every context that the host copies. So it is kept in a slot
 * of this module, filled when the first ContextStorage is made: the one place outside core/running.ts where a module has state.
 *
 * @module
 */
import { UnsupportedOperationError } from "../../errors.ts";
import { hostGlobals, optionalBuiltin } from "./host.ts";

/** The part of Node's AsyncLocalStorage that the adapters use. */
export interface AsyncLocalStorage {
  run<A extends unknown[], T>(store: object, body: (...args: A) => T, ...args: A): T;
  getStore(): object | undefined;
  enterWith?(store: object): void;
}

/** Calls a function in the context in which it was taken. */
export type Snapshot = <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => R;

/** The part of Node's AsyncResource that the adapters use. */
export interface AsyncResource {
  runInAsyncScope<A extends unknown[], T, This>(body: (this: This, ...args: A) => T, thisArg: This, ...args: A): T;
}

/** The class of it. */
export interface AsyncLocalStorageClass {
  new (): AsyncLocalStorage;
  snapshot(): Snapshot;
}

/** The part of node:async_hooks that the adapters use. */
export interface AsyncHooks {
  readonly AsyncLocalStorage: AsyncLocalStorageClass;
  readonly AsyncResource: new (type: string, options: { readonly requireManualDestroy: boolean }) => AsyncResource;
}

let slot: AsyncLocalStorage | null = null;

/** The storage of this thread, made when it is first asked for. @throws UnsupportedOperationError where the host has none. */
export function threadStorage(): AsyncLocalStorage {
  if (slot === null) {
    const Storage = asyncLocalStorageClass();
    if (Storage === undefined) {
      throw new UnsupportedOperationError("Cannot follow asynchronous context: this host has no AsyncLocalStorage");
    }
    slot = new Storage();
  }
  return slot;
}

/** Whether there is such a storage on this host. */
export function hasThreadStorage(): boolean {
  return asyncLocalStorageClass() !== undefined;
}

/** The host's class: that of Node's module where that can be had without an import, else a global one. */
export function asyncLocalStorageClass(): AsyncLocalStorageClass | undefined {
  return optionalBuiltin<AsyncHooks>("node:async_hooks")?.AsyncLocalStorage ??
    (hostGlobals().AsyncLocalStorage as AsyncLocalStorageClass | undefined);
}

/** Whether a store can be made the current one for the rest of what runs, as `enterWith` does where it is implemented. */
export function canEnter(): boolean {
  const storage = threadStorage();
  const [outer, inner] = [{}, {}];
  try {
    return storage.run(outer, () => {
      storage.enterWith?.(inner);
      return storage.getStore() === inner;
    });
  } catch {
    return false;
  }
}
