import {
  type Coroutine,
  coroutine,
  createTask,
  currentTask,
  Future,
  gather,
  isCancelled,
  isCoroutine,
  isCoroutineFunction,
  RuntimeError,
  sleep,
} from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** The same coroutine function, of a generator and of an async function. */
function doubling(log: string[]): Record<string, (n: number) => Coroutine<number>> {
  return {
    "of a generator function": coroutine(function* (n: number) {
      log.push(`began ${n}`);
      yield* sleep(1);
      return n * 2;
    }),
    "of an async function": coroutine(async (n: number) => {
      log.push(`began ${n}`);
      await sleep(1);
      return n * 2;
    }),
  };
}

describe("coroutine()", () => {
  for (const kind of Object.keys(doubling([]))) {
    bothColours(`${kind} gives a call that is lazy`, function* () {
      const log: string[] = [];
      const call = doubling(log)[kind]!(4);
      yield* wait(sleep(5));
      assert.deepEqual(log, []);
      assert.equal(yield* wait(call), 8);
      assert.deepEqual(log, ["began 4"]);
    });

    bothColours(`${kind} runs in the task that waits, at once`, function* ({ loop }) {
      const turns: string[] = [];
      loop.callSoon(() => turns.push("a turn"));
      const call = coroutine(
        kind.includes("async") ? async () => [currentTask(), [...turns]] : function* () {
          return [currentTask(), [...turns]];
        },
      );
      assert.deepEqual(yield* wait(call()), [currentTask(), []]);
      yield* wait(sleep(0));
    });

    bothColours(`${kind} gives a call that runs once`, function* () {
      const call = doubling([])[kind]!(4);
      yield* wait(call);
      let thrown: unknown;
      try {
        yield* wait(call);
      } catch (error) {
        thrown = error;
      }
      assert.ok(thrown instanceof RuntimeError);
      assert.match(thrown.message, /^cannot reuse already awaited coroutine/);
      assert.match(thrown.message, /createTask or ensureFuture/);
    });

    bothColours(`${kind} passes errors on`, function* () {
      const error = new Error("bad");
      const call = coroutine(
        kind.includes("async")
          ? async () => {
            await sleep(1);
            throw error;
          }
          : function* () {
            yield* sleep(1);
            throw error;
          },
      );
      let thrown: unknown;
      try {
        yield* wait(call());
      } catch (caught) {
        thrown = caught;
      }
      assert.equal(thrown, error);
    });

    bothColours(`${kind} can be gathered, and becomes tasks`, function* () {
      const double = doubling([])[kind]!;
      assert.deepEqual(yield* wait(gather([double(1), double(2)])), [2, 4]);
      assert.equal(yield* wait(createTask(double(3))), 6);
    });

    bothColours(`${kind}: cancellation reaches what its body waits for`, function* ({ body }) {
      const future = new Future();
      const log: string[] = [];
      const helper = coroutine(
        kind.includes("async")
          ? async () => {
            try {
              await future;
            } finally {
              await sleep(1);
              log.push("cleaned up");
            }
          }
          : function* () {
            try {
              yield* future;
            } finally {
              yield* sleep(1);
              log.push("cleaned up");
            }
          },
      );
      const task = createTask(body(function* () {
        yield* wait(helper());
      }));
      yield* wait(sleep(1));
      task.cancel("stop");
      yield* wait(sleep(5));
      assert.equal(future.cancelled(), true);
      assert.deepEqual(log, ["cleaned up"]);
      assert.throws(() => task.result(), { name: "CancelledError", message: "stop" });
    });
  }

  it("of an async function is in a generator what awaiting the function is in an async one", () =>
    runVirtual(async () => {
      const outcomes: string[] = [];
      async function helper(): Promise<string> {
        try {
          return await sleep(1000, "slept");
        } catch (error) {
          return `helper swallowed ${isCancelled(error)}`; // its outcome decides
        }
      }
      const tasks = [
        createTask(async () => outcomes.push(`async: ${await helper()}`)),
        createTask(function* () {
          outcomes.push(`generator: ${yield* coroutine(helper)()}`);
        }),
      ];
      await sleep(1);
      for (const task of tasks) task.cancel();
      await sleep(1);
      assert.deepEqual(outcomes, ["async: helper swallowed true", "generator: helper swallowed true"]);
      assert.deepEqual(tasks.map((task) => task.cancelled()), [false, false]);
    }));

  it("keeps the function's name, passes its arguments and refuses what is no function", () => {
    const named = coroutine(function* twice(a: number, b: string) {
      return `${b}${a}`;
    });
    assert.equal(named.name, "twice");
    const call = named(1, "x");
    assert.deepEqual(call.send(undefined), { done: true, value: "x1" });
    assert.throws(() => coroutine(7 as unknown as () => Promise<void>), TypeError);
  });

  it("started by two tasks at once: the second is refused", () =>
    runVirtual(async () => {
      const call = doubling([])["of an async function"]!(1);
      const [first, second] = await Promise.allSettled([createTask(call), createTask(call)]);
      assert.deepEqual(first, { status: "fulfilled", value: 2 });
      assert.equal((second as PromiseRejectedResult).reason.name, "RuntimeError");
    }));
});

describe("send, throw and close of a coroutine object", () => {
  const steps: string[] = [];
  const echo = coroutine(function* () {
    const got: unknown[] = [];
    try {
      while (got.length < 2) {
        try {
          got.push(yield);
        } catch (error) {
          got.push(`caught ${(error as Error).message}`);
        }
      }
      return got;
    } finally {
      steps.push("closed");
    }
  });

  it("send runs it to its next suspension, and needs no loop", () => {
    const call = echo();
    assert.deepEqual(call.send(undefined), { done: false, value: undefined });
    assert.deepEqual(call.send("a"), { done: false, value: undefined });
    assert.deepEqual(call.send("b"), { done: true, value: ["a", "b"] });
  });

  it("throw throws where it is suspended", () => {
    const call = echo();
    call.send(undefined);
    call.throw(new Error("in"));
    assert.deepEqual(call.send("b"), { done: true, value: ["caught in", "b"] });
  });

  it("throw into one that was not started ends it", () => {
    const error = new Error("early");
    const call = echo();
    assert.throws(() => call.throw(error), (thrown) => thrown === error);
  });

  it("close runs the finally blocks, and after it nothing runs", () => {
    steps.length = 0;
    const call = echo();
    call.send(undefined);
    call.close();
    assert.deepEqual(steps, ["closed"]);
    call.close();
    assert.deepEqual(steps, ["closed"]);
    assert.throws(() => call.send(undefined), RuntimeError);
  });

  it("close of one that was not started never starts it, and it cannot be awaited", () =>
    runVirtual(async () => {
      let ran = false;
      const call = coroutine(function* () {
        ran = true;
      })();
      call.close();
      await assert.rejects(async () => await call, RuntimeError);
      assert.equal(ran, false);
    }));

  it("after its end send is a RuntimeError", () => {
    const call = echo();
    for (const value of [undefined, "a", "b"]) call.send(value);
    assert.throws(() => call.send("c"), RuntimeError);
  });
});

describe("isCoroutine and isCoroutineFunction", () => {
  const made = coroutine(function* () {});

  it("isCoroutine: calls of coroutine functions and generator objects", () => {
    const call = made();
    const generator = (function* () {})();
    const lazy = sleep(1);
    assert.equal(isCoroutine(call), true);
    assert.equal(isCoroutine(generator), true);
    assert.equal(isCoroutine(lazy), true);
    for (const other of [made, async () => {}, Promise.resolve(), null, undefined, 7, {}]) assert.equal(isCoroutine(other), false);
  });

  it("isCoroutineFunction: generator functions, async functions and what coroutine() makes", () => {
    assert.equal(isCoroutineFunction(made), true);
    assert.equal(isCoroutineFunction(function* () {}), true);
    assert.equal(isCoroutineFunction(async () => {}), true);
    for (const other of [() => {}, made(), async function* () {}, class {}, null, undefined, 7]) {
      assert.equal(isCoroutineFunction(other), false);
    }
  });
});

describe("A lazy awaitable of the library", () => {
  it("that is awaited twice says what to do", () =>
    runVirtual(async () => {
      const lazy = sleep(1, "x");
      await lazy;
      await assert.rejects(async () => await lazy, /it runs once/);
      const pause = sleep(0, "x");
      assert.equal(await pause, "x");
      await assert.rejects(async () => await pause, /it runs once/);
    }));

  it("in Promise.all twice: the second is refused", () =>
    runVirtual(async () => {
      const lazy = sleep(1, "x");
      const [first, second] = await Promise.allSettled([lazy, lazy]);
      assert.equal(first.status, "fulfilled");
      assert.equal(second.status, "rejected");
    }));
});
