/** Other people's AsyncLocalStorage: it follows tasks as it follows promises, and never leaks from one task into another. */

import { AsyncLocalStorage } from "node:async_hooks";
import {
  asyncgen,
  type Awaitable,
  coroutine,
  createTask,
  Event,
  Future,
  gather,
  getRunningLoop,
  shield,
  sleep,
  Task,
  timeout,
  TimeoutError,
  until,
  waitFor,
} from "../../mod.ts";
import { bothColours, COLOURS, type Steps, wait } from "../_kit/colours.ts";
import { runHost, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const storage = new AsyncLocalStorage<string>();
const store = (): string => storage.getStore() ?? "none";

describe("A foreign store that is current where a task is made", () => {
  bothColours("is seen in the task, before and after waits of every kind", function* ({ loop, body }) {
    const event = new Event();
    const future = new Future<void>();
    loop.callLater(5, () => future.setResult());
    loop.callLater(10, () => event.set());
    const waits: Record<string, () => Awaitable<unknown>> = {
      "sleep": () => sleep(1),
      "one turn": () => sleep(0),
      "a future": () => future,
      "an event": () => event.wait(),
      "a task": () => createTask(() => sleep(1)),
      "gather": () => gather([() => sleep(1)]),
      "shield": () => shield(sleep(1)),
      "until": () => until(new Promise((resolve) => setTimeout(resolve, 1))),
      "timeout": () => timeout(100, () => sleep(1)),
      "waitFor": () => waitFor(sleep(1), 100),
      "a future that is done": () => future,
    };
    const seen: string[] = [];
    const task = storage.run("mine", () =>
      createTask(body(function* () {
        seen.push(`start: ${store()}`);
        for (const [name, make] of Object.entries(waits)) {
          yield* wait(make());
          seen.push(`${name}: ${store()}`);
        }
      })));
    yield* wait(task);
    assert.deepEqual(seen, [`start: mine`, ...Object.keys(waits).map((name) => `${name}: mine`)]);
    assert.equal(store(), "none");
  });

  bothColours("does not leak into other tasks that take turns with it", function* ({ body }) {
    const worker = body(function* (): Steps<string[]> {
      const seen = [store()];
      for (let i = 0; i < 5; i++) {
        yield* wait(sleep(i % 2));
        seen.push(store());
      }
      return seen;
    });
    const tasks = ["a", "b"].map((name) => storage.run(name, () => createTask(worker)));
    tasks.push(createTask(worker));
    const seen: unknown[] = [];
    for (const task of tasks) seen.push(yield* wait(task));
    assert.deepEqual(seen, ["a", "b", "none"].map((name) => Array(6).fill(name)));
  });

  bothColours("does not leak into the task that made it, nor where it is awaited", function* ({ body }) {
    const task = storage.run("inner", () =>
      createTask(body(function* () {
        yield* wait(sleep(1));
        return store();
      })));
    assert.equal(store(), "none");
    assert.equal(yield* wait(task), "inner");
    assert.equal(store(), "none");
  });

  bothColours("is inherited by the tasks that the task makes", function* ({ body }) {
    const task = storage.run("outer", () =>
      createTask(body(function* () {
        yield* wait(sleep(1));
        const child = createTask(body(function* () {
          yield* wait(sleep(1));
          return store();
        }));
        const gathered = yield* wait(gather([body(function* () {
          yield* wait(sleep(1));
          return store();
        })]));
        return [yield* wait(child), ...gathered];
      })));
    assert.deepEqual(yield* wait(task), ["outer", "outer"]);
  });

  bothColours("is seen in the task's clean-up when it is cancelled", function* ({ body }) {
    const seen: string[] = [];
    const task = storage.run("mine", () =>
      createTask(body(function* () {
        try {
          yield* wait(sleep(1000));
        } finally {
          seen.push(store());
          yield* wait(sleep(1));
          seen.push(store());
        }
      })));
    yield* wait(sleep(1));
    storage.run("the canceller's", () => task.cancel());
    yield* wait(sleep(5));
    assert.deepEqual(seen, ["mine", "mine"]);
  });

  bothColours("is the maker's, not that of who completes the future", function* ({ loop, body }) {
    const future = new Future<void>();
    const task = storage.run("mine", () =>
      createTask(body(function* () {
        yield* wait(future);
        return store();
      })));
    yield* wait(sleep(1));
    storage.run("the completer's", () => loop.callSoon(() => future.setResult()));
    assert.equal(yield* wait(task), "mine");
  });

  bothColours("is seen with eagerStart, and the maker's store is back after it", function* ({ body }) {
    const seen: string[] = [];
    const task = storage.run("mine", () =>
      createTask(
        body(function* () {
          seen.push(store());
          yield* wait(sleep(1));
          seen.push(store());
        }),
        { eagerStart: true },
      ));
    seen.push(store());
    yield* wait(task);
    assert.deepEqual(seen, ["mine", "none", "mine"]);
  });

  bothColours("is seen by tasks made by the class", function* ({ body }) {
    const task = storage.run("mine", () =>
      new Task<string>(body(function* () {
        yield* wait(sleep(1));
        return store();
      })));
    assert.equal(yield* wait(task), "mine");
  });
});

describe("A foreign store in bodies and helpers", () => {
  for (const outer of COLOURS) {
    for (const inner of COLOURS) {
      it(`of timeout: a body (${inner.name}) in a task (${outer.name})`, () =>
        runVirtual(async () => {
          const main = outer.body(function* () {
            yield* wait(sleep(1));
            const seen = yield* wait(timeout(
              100,
              inner.body(function* () {
                const seen = [store()];
                yield* wait(sleep(1));
                seen.push(store());
                return seen;
              }),
            ));
            return [...seen, store()];
          });
          const [a, b] = await gather([storage.run("a", () => createTask(main)), storage.run("b", () => createTask(main))]);
          assert.deepEqual([a, b], [["a", "a", "a"], ["b", "b", "b"]]);
        }));

      it(`of timeout: a body (${inner.name}) that expires in a task (${outer.name})`, () =>
        runVirtual(async () => {
          const seen: string[] = [];
          const task = storage.run("mine", () =>
            createTask(outer.body(function* () {
              try {
                yield* wait(timeout(
                  5,
                  inner.body(function* () {
                    try {
                      yield* wait(sleep(100));
                    } finally {
                      seen.push(store());
                    }
                  }),
                ));
              } catch (error) {
                assert.ok(error instanceof TimeoutError);
                seen.push(store());
              }
            })));
          await task;
          assert.deepEqual(seen, ["mine", "mine"]);
        }));

      it(`of coroutine functions (${inner.name}) called by a task (${outer.name})`, () =>
        runVirtual(async () => {
          const helper = coroutine(inner.body(function* () {
            const seen = [store()];
            yield* wait(sleep(1));
            seen.push(store());
            return seen;
          }));
          const task = storage.run("mine", () =>
            createTask(outer.body(function* () {
              yield* wait(sleep(1));
              return [...(yield* wait(helper())), store()];
            })));
          assert.deepEqual(await task, ["mine", "mine", "mine"]);
        }));
    }
  }

  it("of async helpers that a generator calls", () =>
    runVirtual(async () => {
      async function helper(): Promise<string[]> {
        const seen = [store()];
        await sleep(1);
        seen.push(store());
        await Promise.resolve();
        seen.push(store());
        return seen;
      }
      const task = storage.run("mine", () =>
        createTask(function* () {
          yield* sleep(1);
          return [...(yield* until(helper())), ...(yield* coroutine(helper)())];
        }));
      assert.deepEqual(await task, Array(6).fill("mine"));
    }));

  it("that a task enters for a while with run(), around awaits", () =>
    runVirtual(async () => {
      const task = storage.run("outer", () =>
        createTask(async () => {
          const seen = await storage.run("for a while", async () => {
            await sleep(1);
            const inTimeout = await timeout(100, async () => {
              await sleep(1);
              return store();
            });
            return [store(), inTimeout];
          });
          return [...seen, store()];
        }));
      assert.deepEqual(await task, ["for a while", "for a while", "outer"]);
    }));

  it("of side-by-side helpers in one task", () =>
    runVirtual(async () => {
      const seen = await Promise.all(["a", "b"].map((name) =>
        storage.run(name, async () => {
          await sleep(1);
          await timeout(10, () => sleep(1));
          return store();
        })
      ));
      assert.deepEqual(seen, ["a", "b"]);
      assert.equal(store(), "none");
    }));

  it("of async generators: the caller's", () =>
    runVirtual(async () => {
      async function* native(): AsyncGenerator<string> {
        for (let i = 0; i < 3; i++) {
          await sleep(1);
          yield store();
        }
      }
      for (const make of [native, asyncgen(native)]) {
        const task = storage.run("mine", () =>
          createTask(async () => {
            const seen: string[] = [];
            for await (const item of make()) seen.push(item, store());
            return seen;
          }));
        assert.deepEqual(await task, Array(6).fill("mine"));
      }
    }));
});

describe("The loop's callbacks see no foreign store", () => {
  it("of a task that runs in the same turn", () =>
    runVirtual(async (loop) => {
      for (const { body } of COLOURS) {
        const seen: string[] = [];
        const task = storage.run("a task's", () =>
          createTask(body(function* () {
            for (let i = 0; i < 3; i++) yield* wait(sleep(0));
          })));
        for (let i = 0; i < 3; i++) {
          loop.callSoon(() => seen.push(store()));
          loop.callLater(0, () => seen.push(store()));
          await sleep(0);
        }
        await task;
        await sleep(1);
        assert.deepEqual(seen, Array(6).fill("none"));
      }
    }));

  it("of a task whose end they follow", () =>
    runVirtual(async () => {
      for (const { body } of COLOURS) {
        const seen: string[] = [];
        const task = storage.run("the task's", () =>
          createTask(body(function* () {
            yield* wait(sleep(1));
          })));
        task.addDoneCallback(() => seen.push(store()));
        await task;
        await sleep(1);
        assert.deepEqual(seen, ["none"]);
      }
    }));

  it("of code that wakes the loop", () =>
    runHost(async (loop) => {
      const seen: string[] = [];
      const done = new Future<void>();
      storage.run("the waker's", () =>
        setTimeout(() => {
          loop.callSoon(() => seen.push(store()));
          loop.callLater(1, () => {
            seen.push(store());
            done.setResult();
          });
        }, 1));
      await done;
      assert.deepEqual(seen, ["none", "none"]);
    }));

  it("of the code that made the timer first", () =>
    runHost(async (loop) => {
      const seen: string[] = [];
      storage.run("the first timer's", () => loop.callLater(3, () => seen.push(store())));
      loop.callLater(3, () => seen.push(store()));
      await sleep(10);
      assert.deepEqual(seen, ["none", "none"]);
    }));
});

it("The loop itself is known after awaits inside foreign stores", () =>
  runVirtual(async (loop) => {
    await storage.run("a store", async () => {
      await sleep(1);
      assert.equal(getRunningLoop(), loop);
      await storage.run("another", async () => {
        await Promise.resolve();
        assert.equal(getRunningLoop(), loop);
      });
    });
  }));

it("exit() of a foreign storage does not lose the task", () =>
  runVirtual(async () => {
    const task = storage.run("mine", () =>
      createTask(async () => {
        await storage.exit(async () => {
          assert.equal(store(), "none");
          await sleep(1000);
        });
      }));
    await sleep(1);
    task.cancel();
    await sleep(1);
    assert.equal(task.cancelled(), true);
  }));
