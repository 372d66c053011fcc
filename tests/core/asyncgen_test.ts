import { asyncgen, createTask, currentTask, isCancelled, RuntimeError, sleep, timeout, until } from "../../mod.ts";
import { bothColours, errorOf, type Steps, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const counting = asyncgen(async function* (to: number) {
  for (let i = 0; i < to; i++) {
    await sleep(1);
    yield i;
  }
  return "end";
});

describe("asyncgen", () => {
  it("is read by for await", () =>
    runVirtual(async (loop) => {
      const items: number[] = [];
      for await (const item of counting(3)) items.push(item);
      assert.deepEqual(items, [0, 1, 2]);
      assert.equal(loop._asyncgens.size, 0);
    }));

  bothColours("is read by next(), which gives awaitables", function* ({ loop }) {
    const generator = counting(2);
    assert.equal(loop._asyncgens.size, 0);
    assert.deepEqual(yield* wait(generator.next()), { done: false, value: 0 });
    assert.equal(loop._asyncgens.has(generator), true);
    assert.deepEqual(yield* wait(generator.next()), { done: false, value: 1 });
    assert.deepEqual(yield* wait(generator.next()), { done: true, value: "end" });
    assert.equal(loop._asyncgens.size, 0);
    assert.deepEqual(yield* wait(generator.next()), { done: true, value: undefined });
    assert.equal(loop._asyncgens.size, 0);
  });

  bothColours("next() passes values in, throw() errors", function* () {
    const echo = asyncgen(async function* (): AsyncGenerator<string, string, string> {
      let got = "nothing";
      for (;;) {
        try {
          got = yield `got ${got}`;
          if (got === "stop") return "stopped";
        } catch (error) {
          got = `caught ${(error as Error).message}`;
        }
      }
    })();
    const values: unknown[] = [];
    for (const step of [() => echo.next(), () => echo.next("a"), () => echo.throw(new Error("b")), () => echo.next("stop")]) {
      values.push((yield* wait(step())).value);
    }
    assert.deepEqual(values, ["got nothing", "got a", "got caught b", "stopped"]);
  });

  bothColours("return() closes it, with its clean-up", function* ({ loop }) {
    const log: string[] = [];
    const generator = asyncgen(async function* () {
      try {
        yield 1;
      } finally {
        await sleep(5);
        log.push("cleaned up");
      }
    })();
    yield* wait(generator.next());
    assert.deepEqual(yield* wait(generator.return()), { done: true, value: undefined });
    assert.deepEqual(log, ["cleaned up"]);
    assert.equal(loop._asyncgens.size, 0);
  });

  bothColours("its errors come out of next(), and end it", function* ({ loop }) {
    const error = new Error("bad");
    const generator = asyncgen(async function* () {
      yield 1;
      throw error;
    })();
    yield* wait(generator.next());
    let thrown: unknown;
    try {
      yield* wait(generator.next());
    } catch (caught) {
      thrown = caught;
    }
    assert.equal(thrown, error);
    assert.equal(loop._asyncgens.size, 0);
  });

  bothColours("its steps belong to the task that asks", function* ({ body }) {
    const tasks = asyncgen(async function* (): AsyncGenerator<unknown[]> {
      for (;;) {
        await sleep(1);
        yield [currentTask()];
      }
    })();
    const asking = body(function* (): Steps<unknown> {
      return [currentTask(), ...(yield* wait(tasks.next())).value as unknown[]];
    });
    for (let i = 0; i < 2; i++) {
      const [asker, stepper] = (yield* wait(createTask(asking))) as unknown[];
      assert.equal(asker, stepper);
    }
    yield* wait(tasks.return(undefined));
  });

  bothColours("cancellation reaches what it waits for", function* ({ body }) {
    const log: string[] = [];
    const generator = asyncgen(async function* () {
      try {
        await sleep(1000);
        yield 1;
      } catch (error) {
        log.push(String(isCancelled(error)));
        throw error;
      }
    })();
    const task = createTask(body(function* () {
      yield* wait(generator.next());
    }));
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(sleep(1));
    assert.equal(task.cancelled(), true);
    assert.deepEqual(log, ["true"]);
  });

  for (const method of ["next", "return", "throw"] as const) {
    bothColours(`refuses ${method}() while another request is under way, which gets its item`, function* ({ body, loop }) {
      const generator = counting(3);
      const first = createTask(body(function* (): Steps<unknown> {
        return yield* wait(generator.next());
      }));
      yield* wait(sleep(0));
      const refused = /^Cannot call (next|return|throw)\(\): the async generator is running already/;
      let thrown: unknown;
      try {
        yield* wait((generator[method] as (value?: unknown) => ReturnType<typeof generator.next>)(new Error("not thrown in")));
      } catch (error) {
        thrown = error;
      }
      assert.ok(thrown instanceof RuntimeError && refused.exec(thrown.message)?.[1] === method, String(thrown));
      assert.deepEqual(yield* wait(first), { done: false, value: 0 });
      assert.deepEqual(yield* wait(generator.next()), { done: false, value: 1 });
      yield* wait(generator.return("end"));
      assert.equal(loop._asyncgens.size, 0);
    });
  }

  bothColours("refuses to advance itself", function* () {
    const own = asyncgen(async function* (): AsyncGenerator<string> {
      try {
        await generator.next();
      } catch (error) {
        yield (error as Error).name;
      }
    });
    const generator = own();
    assert.equal((yield* wait(generator.next())).value, "RuntimeError");
    yield* wait(generator.return(undefined));
  });

  it("asyncDispose closes it", () =>
    runVirtual(async (loop) => {
      const generator = counting(5);
      await generator.next();
      await generator[Symbol.asyncDispose]();
      assert.equal(loop._asyncgens.size, 0);
    }));

  it("takes functions only", () => {
    assert.throws(() => asyncgen(7 as unknown as () => AsyncGenerator), TypeError);
  });
});

describe("A native async generator", () => {
  it("works as it is: its awaits belong to the task that asks", () =>
    runVirtual(async () => {
      async function* native(): AsyncGenerator<unknown[]> {
        for (;;) {
          await sleep(1);
          yield [currentTask()]; // a task by itself would be awaited
        }
      }
      const generator = native();
      const asking = async (): Promise<boolean> => (await generator.next()).value[0] === currentTask();
      for (let i = 0; i < 2; i++) assert.equal(await createTask(asking), true);
      await generator.return(undefined);
    }));

  it("is read in a generator with until()", () =>
    runVirtual(function* () {
      async function* native(): AsyncGenerator<number> {
        await sleep(5);
        yield 7;
      }
      const generator = native();
      assert.deepEqual(yield* until(generator.next()), { done: false, value: 7 });
      assert.deepEqual(yield* until(generator.next()), { done: true, value: undefined });
    }));
});

describe("what only the loop is meant to see", () => {
  const misused = /in an async generator wait with await, not with yield\*/;

  const MISUSES: Record<string, () => AsyncGenerator<unknown>> = {
    "a lazy awaitable": async function* () {
      yield* sleep(1);
    },
    "a scope": async function* () {
      yield* timeout(1000, () => sleep(1));
    },
    "a task": async function* () {
      yield* createTask(() => sleep(1)) as unknown as AsyncIterable<unknown>;
    },
  };
  for (const [what, misuse] of Object.entries(MISUSES)) {
    it(`cannot be yielded on by an async generator: ${what}`, () =>
      runVirtual(async () => {
        await assert.rejects(async () => await asyncgen(misuse)().next(), { name: "RuntimeError", message: misused });
        await assert.rejects(misuse().next(), { name: "RuntimeError", message: misused });
        await sleep(2); // the task ends
      }));
  }

  bothColours("cannot be yielded on by an async generator that is tracked: the scope of a generator", function* () {
    const log: string[] = [];
    const steps = function* () {
      try {
        yield* timeout(1000, async () => {
          await sleep(500);
        });
      } finally {
        log.push("closed");
      }
    };
    const generator = asyncgen(async function* () {
      yield* steps() as unknown as AsyncIterable<unknown>;
    })();
    const error = yield* errorOf(wait(generator.next()));
    assert.ok(error instanceof RuntimeError);
    assert.match(error.message, misused);
    assert.deepEqual(log, ["closed"]);
    assert.deepEqual(yield* wait(generator.next()), { done: true, value: undefined });
  });

  bothColours("cannot stay open across the yield of a body", function* () {
    const body = async function* () {
      yield 1;
    };
    const error = yield* errorOf(wait(timeout(1000, body as never)));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /it returned an async generator \(no scope may stay open across a yield\)/);
  });
});
