/** Where a cancellation could be lost, delivered twice, or delivered to the wrong wait. */

import {
  createTask,
  currentSignal,
  currentTask,
  Future,
  isCancelled,
  run,
  RuntimeError,
  sleep,
  type Task,
  timeout,
  TimeoutError,
  until,
  waitFor,
} from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { reportsOf, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** So many turns of the host, as something foreign would take. */
function native(turns: number): Promise<void> {
  return new Promise((resolve) => turns === 0 ? resolve() : setImmediate(() => resolve(native(turns - 1))));
}

/** Like `fetch`: settles after so many turns of the host, or when the signal aborts. */
function abortable(turns: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    void native(turns).then(resolve);
  });
}

async function outcome(task: Task<unknown>): Promise<string> {
  try {
    return `gave ${await task}`;
  } catch (error) {
    return (error as Error).name;
  }
}

describe("A cancellation", () => {
  it("before the first step keeps the body from running, whoever asked for the signal", () =>
    runVirtual(async () => {
      let ran = false;
      const task = createTask(async () => {
        ran = true;
        await sleep(1);
      });
      assert.equal(task.signal.aborted, false);
      task.cancel();
      assert.equal(await outcome(task), "CancelledError");
      assert.equal(ran, false);
    }));

  bothColours(
    "of itself is delivered at the next wait, whatever signal was made and whatever wait was left behind",
    function* ({ body }) {
      const task = createTask(body(function* () {
        currentSignal();
        currentTask()!.cancel();
        yield* wait(sleep(10));
        return "went on";
      }));
      yield* wait(sleep(20));
      assert.equal(task.cancelled(), true);
    },
  );

  it("of itself is not taken for one of the race that it has left", () =>
    runVirtual(async () => {
      const never = new Future();
      const task = createTask(async () => {
        await Promise.race([sleep(1), never]);
        currentTask()!.cancel();
        await sleep(10);
        return "went on";
      });
      assert.equal(await outcome(task), "CancelledError");
      assert.equal(never.done(), false);
    }));

  it("that is told by a signal is told once: cleaning up is not interrupted", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const task = createTask(async () => {
        const signal = currentSignal();
        await sleep(1);
        try {
          await abortable(1000, signal);
        } finally {
          await sleep(1);
          log.push("cleaned up");
        }
      });
      await sleep(2);
      task.cancel();
      assert.equal(await outcome(task), "CancelledError");
      assert.deepEqual(log, ["cleaned up"]);
    }));

  it("that nobody hears by the signal is delivered at the next wait", () =>
    runVirtual(async () => {
      const task = createTask(async () => {
        currentSignal();
        await native(20); // does not listen
        await sleep(1000);
        return "went on";
      });
      await sleep(0);
      task.cancel();
      assert.equal(await outcome(task), "CancelledError");
    }));

  it("that is kept aborts a signal that is asked for later", () =>
    runVirtual(async () => {
      const task = createTask(async () => {
        await native(3);
        await abortable(100_000, currentSignal());
      });
      await sleep(0);
      task.cancel();
      assert.equal(await outcome(task), "CancelledError");
    }));

  it("reaches the async function that a generator has started, while the generator gives up turns", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const helper = async () => {
        try {
          await sleep(1000);
        } catch (error) {
          log.push((error as Error).name);
        }
      };
      const task = createTask(function* () {
        void helper();
        yield* sleep(0);
        yield;
        yield* sleep(1000);
      });
      await sleep(1);
      task.cancel();
      assert.equal(await outcome(task), "CancelledError");
      assert.deepEqual(log, ["CancelledError"]);
    }));

  it("that until() has taken is not for functions that are started later, nor told twice to one that heard it", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const later = createTask(function* () {
        try {
          yield* until(native(1000));
        } catch {
          currentTask()!.uncancel();
        }
        yield* until((async () => await sleep(5))());
        log.push("later was left alone");
      });
      const heard = createTask(function* () {
        const helper = async () => {
          try {
            await sleep(1000);
          } finally {
            await sleep(1);
            log.push("the helper cleaned up");
          }
        };
        try {
          yield* until(helper());
        } finally {
          yield* sleep(20);
        }
      });
      await sleep(1);
      later.cancel();
      heard.cancel();
      await outcome(later);
      assert.equal(await outcome(heard), "CancelledError");
      assert.deepEqual(log, ["the helper cleaned up", "later was left alone"]);
    }));

  it("may be given any message", () =>
    runVirtual(async () => {
      for (const message of [new Error("why"), null, 7]) {
        const task = createTask(async () => await new Future());
        await sleep(0);
        task.cancel(message as unknown as string);
        await assert.rejects(async () => await task, (error) => isCancelled(error));
        assert.equal(task.cancelled(), true);
      }
    }));
});

describe("A timeout", () => {
  it("around a generator does not abort the signal of the code around it", () =>
    runVirtual(function* () {
      const outside = currentSignal();
      let inside: AbortSignal | undefined;
      try {
        yield* timeout(2, function* () {
          inside = currentSignal();
          yield* sleep(50);
        });
      } catch (error) {
        assert.ok(error instanceof TimeoutError);
      }
      assert.deepEqual([outside.aborted, inside?.aborted], [false, true]);
      assert.equal(currentSignal(), outside);
    }));

  it("of nothing drops the outcome of a promise that it was to wait for", () =>
    runVirtual(async () => {
      const gate = Promise.withResolvers<void>();
      await assert.rejects(async () => await waitFor(gate.promise, 0), TimeoutError);
      gate.reject(new Error("late"));
      await native(3); // an unhandled rejection would end the test's process
    }));

  it("refuses a body that is no function at the call", () => {
    assert.throws(() => timeout(5, 5 as unknown as () => Promise<void>), TypeError);
  });
});

describe("A coroutine object that two tasks are made of", () => {
  for (const delay of [0, 20]) {
    it(`is refused to the second: sleep(${delay})`, () =>
      runVirtual(async () => {
        const once = sleep(delay);
        const [first, second] = [
          createTask(function* () {
            yield* once;
            return "first";
          }),
          createTask(function* () {
            yield* once;
          }),
        ];
        assert.equal(await outcome(first), "gave first");
        await assert.rejects(async () => await second, (error) => error instanceof RuntimeError);
      }));
  }
});

describe("A task whose coroutine breaks the protocol", () => {
  it("fails with the error, and the loop goes on", () =>
    runVirtual(async () => {
      const broken = { [Symbol.iterator]: () => ({ next: () => undefined }) };
      await assert.rejects(async () => await createTask(broken as never), TypeError);
      const thenable = {
        then() {
          throw new RangeError("then");
        },
      };
      await assert.rejects(async () => await createTask(() => thenable as never), RangeError);
      await sleep(1);
    }));
});

describe("The failure of a future", () => {
  it("that a cancelled task was woken with counts as seen", async () => {
    const reports = await reportsOf(async () => {
      const future = new Future();
      const task = createTask(async () => await future);
      await sleep(0);
      future.setException(new Error("lost in the race"));
      task.cancel();
      await outcome(task);
    });
    assert.deepEqual(reports, []);
  });
});

describe("A task of a loop that was closed", () => {
  it("still tells its result to a then written by hand", async () => {
    let task: Task<number> | undefined;
    await run(async () => {
      task = createTask(() => sleep(0, 7));
      await task;
    });
    assert.equal(await task!.then((value) => value + 1), 8);
  });
});
