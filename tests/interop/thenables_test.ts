/** Other people's thenables, good and bad: each is taken as `Promise.resolve` takes it. */

import { createTask, ensureFuture, Future, gather, shield, timeout, until, waitFor, wrapFuture } from "../../mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

type Then = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void;

/** What their `then` does. */
const THENABLES: Record<string, Then> = {
  "resolves at once": (resolve) => resolve("first"),
  "resolves later": (resolve) => queueMicrotask(() => resolve("first")),
  "rejects": (_resolve, reject) => reject(new Error("first")),
  "resolves twice": (resolve) => (resolve("first"), resolve("second")),
  "rejects twice": (_resolve, reject) => (reject(new Error("first")), reject(new Error("second"))),
  "resolves, then rejects": (resolve, reject) => (resolve("first"), reject(new Error("second"))),
  "rejects, then resolves": (resolve, reject) => (reject(new Error("first")), resolve("second")),
  "resolves twice, at two times": (resolve) => (resolve("first"), queueMicrotask(() => resolve("second"))),
  "throws": () => {
    throw new Error("first");
  },
  "resolves, then throws": (resolve) => {
    resolve("first");
    throw new Error("second");
  },
};

/** Where a thenable may come from. */
const WAYS: Record<string, (thenable: PromiseLike<unknown>) => PromiseLike<unknown>> = {
  "wrapFuture": (thenable) => wrapFuture(thenable),
  "ensureFuture": (thenable) => ensureFuture(thenable),
  "until": (thenable) => until(thenable),
  "a task's function": (thenable) => createTask(() => thenable),
  "a task's eager function": (thenable) => createTask(() => thenable, { eagerStart: true }),
  "a body of timeout": (thenable) => timeout(100, () => thenable),
  "waitFor": (thenable) => waitFor(thenable, 100),
  "a function of waitFor": (thenable) => waitFor(() => thenable, 100),
  "gather": async (thenable) => (await gather([thenable]))[0],
  "shield": (thenable) => shield(thenable),
  "a callback of then": (thenable) => {
    const source = new Future<void>();
    source.setResult();
    return source.then(() => thenable);
  },
};

async function outcome(promise: PromiseLike<unknown>): Promise<string> {
  try {
    return `gave ${await promise}`;
  } catch (error) {
    return `threw ${(error as Error).message}`;
  }
}

for (const [way, wrap] of Object.entries(WAYS)) {
  describe(`A thenable in ${way}`, () => {
    for (const [name, then] of Object.entries(THENABLES)) {
      it(`that ${name}`, () =>
        runVirtual(async () => {
          const expected = await outcome(Promise.resolve({ then } as PromiseLike<unknown>));
          assert.equal(await outcome(wrap({ then } as PromiseLike<unknown>)), expected);
        }));
    }
  });
}
