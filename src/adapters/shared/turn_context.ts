/**
 * ContextStorage of hosts that cannot follow an `await`: browsers, until they have AsyncContext.
 *
 * Generators need no help of the host: the loop knows whom it steps. Of async functions the loop knows whom it has woken, and waits until that one
 * waits for something again before it goes on. So these belong to their tasks as well, timeouts and groups around them included, while they wait
 * - for what the library gives only: `await until(fetch(url))`, not `await fetch(url)`, after which a function has lost its task (what it
 *   then waits for is not cancelled with it);
 * - for one thing at a time: `gather` and `taskGroup`, not `Promise.all`;
 * - and were not started eagerly.
 *
 * @module
 */
import type { ContextStorage, Steppable } from "../../runtime/host.ts";

let slot: TurnContext | null = null;

/** The storage of this thread, made when it is first asked for. */
export function turnContext(): ContextStorage {
  return slot ??= new TurnContext();
}

class TurnContext implements ContextStorage {
  /** The store of what is on the stack. */
  #current: object | null = null;
  /** The store of the async function that runs in microtasks. */
  #woken: object | null = null;

  run<T>(store: object, body: () => T): T {
    const outer = this.#current;
    this.#current = store;
    try {
      return body();
    } finally {
      this.#current = outer;
    }
  }

  current(): object | undefined {
    return this.#current ?? this.#woken ?? undefined;
  }

  /** There is nothing to capture, but for the sign that it was done. */
  capture(target: Steppable): void {
    target.scope = this;
  }

  resume(target: Steppable): boolean {
    const outer = this.#current;
    this.#current = target;
    target.step();
    this.#current = outer;
    return true;
  }

  woken(store: object | null): void {
    this.#woken = store;
  }
}
