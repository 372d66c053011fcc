/**
 * The thread's one AsyncLocalStorage.
 *
 * All loops of a thread share it, whichever Runtime they were given: what an `await` belongs to must be found without knowing
 * the loop first, and a second storage would be a second entry in every context that the host copies. So it is kept in a slot
 * of this module, filled when the first ContextStorage is made: the one place outside core/running.ts where a module has state.
 *
 * @module
 */
import { getBuiltin } from "./host.ts";

/** The part of Node's AsyncLocalStorage that the adapters use. */
export interface AsyncLocalStorage {
  run<A extends unknown[], T>(store: object, body: (...args: A) => T, ...args: A): T;
  getStore(): object | undefined;
  enterWith(store: object): void;
}

/** The part of Node's AsyncResource that the adapters use. */
export interface AsyncResource {
  runInAsyncScope<A extends unknown[], T, This>(body: (this: This, ...args: A) => T, thisArg: This, ...args: A): T;
}

/** The part of node:async_hooks that the adapters use. */
export interface AsyncHooks {
  readonly AsyncLocalStorage: new () => AsyncLocalStorage;
  readonly AsyncResource: new (type: string, options: { readonly requireManualDestroy: boolean }) => AsyncResource;
}

let slot: AsyncLocalStorage | null = null;

/** The storage of this thread, made when it is first asked for. */
export function threadStorage(): AsyncLocalStorage {
  if (slot === null) {
    const { AsyncLocalStorage } = getBuiltin<AsyncHooks>("node:async_hooks");
    slot = new AsyncLocalStorage();
  }
  return slot;
}
