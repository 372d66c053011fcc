/**
 * ContextStorage of Node and Bun: a step runs at once, inside an AsyncResource that was made in the step's context.
 *
 * @module
 */
import type { ContextStorage, Steppable, Stepper } from "../../runtime/host.ts";
import { type AsyncHooks, type AsyncLocalStorage, type AsyncResource, threadStorage } from "./thread_storage.ts";
import { getBuiltin } from "./host.ts";

/** What the host's tools for async hooks call a task. */
const NAME = "tsyncio.task";
/** Nobody destroys a resource by hand; without this, hosts with a hook for it would watch each with a finalizer. */
const OPTIONS = { requireManualDestroy: true } as const;

/**
 * The storage. What it costs is the entry into a store (0.1 µs where a context is a map, Node 24 and later: the map is copied), so a stepper enters its
 * target's store once, at its first step, by a way that the scope of a resource undoes without a second copy; what is captured inside
 * that scope carries the later steps.
 */
export function asyncResourceContext(): ContextStorage {
  const { AsyncResource } = getBuiltin<AsyncHooks>("node:async_hooks");
  return new AsyncResourceContext(threadStorage(), AsyncResource);
}

class AsyncResourceContext implements ContextStorage {
  readonly #storage: AsyncLocalStorage;
  readonly #capture: () => AsyncResource;
  /** Called in the scope of what the stepper captured. */
  readonly #begin: (stepper: ResourceStepper) => void;

  constructor(storage: AsyncLocalStorage, Resource: AsyncHooks["AsyncResource"]) {
    this.#storage = storage;
    this.#capture = () => new Resource(NAME, OPTIONS);
    this.#begin = (stepper) => {
      storage.enterWith(stepper.target);
      stepper.begin = null;
      if (stepper.target.step()) stepper.resource = new Resource(NAME, OPTIONS);
    };
  }

  run<T>(store: object, body: () => T): T {
    return this.#storage.run(store, body);
  }

  current(): object | undefined {
    return this.#storage.getStore();
  }

  stepper(target: Steppable): Stepper {
    return new ResourceStepper(target, this.#capture(), this.#begin);
  }
}

class ResourceStepper implements Stepper {
  readonly target: Steppable;
  resource: AsyncResource;
  /** Runs the first step; null once it has. */
  begin: ((stepper: ResourceStepper) => void) | null;

  constructor(target: Steppable, resource: AsyncResource, begin: (stepper: ResourceStepper) => void) {
    this.target = target;
    this.resource = resource;
    this.begin = begin;
  }

  resume(): boolean {
    if (this.begin === null) this.resource.runInAsyncScope(this.target.step, this.target);
    else this.resource.runInAsyncScope(this.begin, null, this);
    return true;
  }
}
