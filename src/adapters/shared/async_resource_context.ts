/**
 * ContextStorage of Node and Bun: a step runs at once, inside an AsyncResource that was made in the step's context.
 *
 * @module
 */
import type { ContextStorage, Steppable } from "../../runtime/host.ts";
import { type AsyncHooks, type AsyncLocalStorage, type AsyncResource, threadStorage } from "./thread_storage.ts";
import { getBuiltin } from "./host.ts";

/** What the host's tools for async hooks call a task. */
const NAME = "tsyncio.task";
/** Nobody destroys a resource by hand; without this, hosts with a hook for it would watch each with a finalizer. */
const OPTIONS = { requireManualDestroy: true } as const;

/**
 * The storage. What it costs is the entry into a store (0.1 µs where a context is a map, Node 24 and later: the map is copied), so a target
 * is made the store once, at its first step, by a way that the scope of a resource undoes without a second copy; what is captured inside
 * that scope carries the later steps.
 */
export function asyncResourceContext(): ContextStorage {
  const { AsyncResource } = getBuiltin<AsyncHooks>("node:async_hooks");
  return new AsyncResourceContext(threadStorage(), AsyncResource);
}

class AsyncResourceContext implements ContextStorage {
  readonly #storage: AsyncLocalStorage;
  readonly #capture: () => AsyncResource;
  readonly #begin: (target: Steppable) => void;

  constructor(storage: AsyncLocalStorage, Resource: AsyncHooks["AsyncResource"]) {
    this.#storage = storage;
    this.#capture = () => new Resource(NAME, OPTIONS);
    this.#begin = (target) => {
      storage.enterWith!(target);
      target.entered = true;
      target.scope = target.step() ? new Resource(NAME, OPTIONS) : null;
    };
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
    const scope = target.scope as AsyncResource;
    if (target.entered) scope.runInAsyncScope(target.step, target);
    else scope.runInAsyncScope(this.#begin, null, target);
    return true;
  }
}
