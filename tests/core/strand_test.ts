/** Strands: a task's lines of execution, each with waits and a kept request of its own. */

import {
  coroutine,
  createTask,
  currentTask,
  Event,
  Future,
  isCancelled,
  sleep,
  type Task,
  timeout,
  TimeoutError,
  until,
  waitFor,
} from "../../mod.ts";
import { COLOURS, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Awaits, and tells how it ended. */
async function ending(log: string[], name: string, waiting: PromiseLike<unknown>): Promise<void> {
  try {
    await waiting;
    log.push(`${name} done`);
  } catch (error) {
    log.push(`${name} ${(error as Error).name}`);
    throw error;
  }
}

async function ended(task: Task<unknown>): Promise<string> {
  try {
    return String(await task);
  } catch (error) {
    return (error as Error).name;
  }
}

describe("task.cancel()", () => {
  it("reaches every strand, however they are nested", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const generator = coroutine(function* () {
        try {
          yield* sleep(1000);
        } finally {
          log.push("generator");
        }
      });
      const task = createTask(async () => {
        await Promise.all([
          timeout(500, () => ending(log, "body", sleep(1000))),
          timeout(600, async () => {
            await Promise.all([timeout(700, () => ending(log, "inner body", sleep(1000))), ending(log, "beside", sleep(1000))]);
          }),
          generator(),
          waitFor(async () => await ending(log, "waitFor", sleep(1000)), 800),
          ending(log, "own", sleep(1000)),
        ]);
      });
      await sleep(1);
      task.cancel();
      await sleep(5);
      assert.equal(task.cancelled(), true);
      assert.equal(task.cancelling(), 1);
      assert.deepEqual(log.sort(), [
        "beside CancelledError",
        "body CancelledError",
        "generator",
        "inner body CancelledError",
        "own CancelledError",
        "waitFor CancelledError",
      ]);
    }));

  it("counts once, whatever it reaches", () =>
    runVirtual(async () => {
      const counts: number[] = [];
      const task = createTask(async () => {
        const note = async (): Promise<void> => {
          try {
            await sleep(1000);
          } catch {
            counts.push(currentTask()!.cancelling());
          }
        };
        await Promise.all([timeout(500, note), timeout(500, note), note()]);
        return currentTask()!.uncancel();
      });
      await sleep(1);
      task.cancel();
      assert.equal(await task, 0);
      assert.deepEqual(counts, [1, 1, 1]);
    }));

  it("is kept in a strand that waits for something foreign, while the others are reached at once", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const gate = Promise.withResolvers<void>();
      const task = createTask(async () => {
        await Promise.allSettled([
          timeout(500, async () => {
            await gate.promise;
            await ending(log, "slow", sleep(1000));
          }),
          timeout(500, () => ending(log, "quick", sleep(1000))),
        ]);
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      assert.deepEqual(log, ["quick CancelledError"]);
      assert.equal(task.done(), false);
      gate.resolve();
      await sleep(1);
      assert.deepEqual(log, ["quick CancelledError", "slow CancelledError"]);
      assert.equal(task.done(), true);
    }));

  it("that a body did not come to deliver is delivered at its task's next wait", () =>
    runVirtual(async () => {
      const gate = Promise.withResolvers<void>();
      const log: string[] = [];
      const task = createTask(async () => {
        const body = async () => {
          await gate.promise; // the request finds nothing to cancel, and the body ends without another wait
          log.push("body ended");
        };
        await ending(log, "timeout", timeout(500, body));
        await ending(log, "next", sleep(1000));
      });
      await sleep(1);
      task.cancel("late");
      gate.resolve();
      await sleep(1);
      assert.equal(task.cancelled(), true);
      assert.throws(() => task.result(), { message: "late" });
      assert.deepEqual(log, ["body ended", "timeout done", "next CancelledError"]);
    }));
});

describe("An expired timeout", () => {
  it("cancels its own body only, and takes its request back", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const task = createTask(async () => {
        await Promise.allSettled([
          timeout(10, () => ending(log, "short", sleep(1000))),
          timeout(30, () => ending(log, "longer", sleep(1000))),
          ending(log, "own", sleep(20)),
        ]);
        return currentTask()!.cancelling();
      });
      assert.equal(await task, 0);
      assert.deepEqual(log, ["short CancelledError", "own done", "longer CancelledError"]);
    }));

  it("counts as a request while its body ends", () =>
    runVirtual(async () => {
      const counts: number[] = [];
      const task = createTask(async () => {
        try {
          await timeout(10, async () => {
            try {
              await sleep(1000);
            } finally {
              counts.push(currentTask()!.cancelling());
              await sleep(5);
              counts.push(currentTask()!.cancelling());
            }
          });
        } catch (error) {
          counts.push(currentTask()!.cancelling());
          return (error as Error).name;
        }
        return "no error";
      });
      assert.equal(await task, "TimeoutError");
      assert.deepEqual(counts, [1, 1, 0]);
    }));

  it("inside Promise.all inside another: each ends its own", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const at = (text: string): void => void log.push(`${loop.time()} ${text}`);
      const outer = timeout(100, async () => {
        await Promise.allSettled([
          timeout(10, () => sleep(1000)).catch((error) => at(`first ${error.name}`)),
          timeout(50, async () => {
            await Promise.all([
              sleep(20).then(() => at("slept")),
              timeout(30, () => sleep(1000)).catch((error) => at(`third ${error.name}`)),
            ]);
          }),
        ]);
        at("inner all done");
        await sleep(1000);
      });
      await assert.rejects(async () => await outer, TimeoutError);
      at("outer");
      assert.deepEqual(log, ["10 first TimeoutError", "20 slept", "30 third TimeoutError", "30 inner all done", "100 outer"]);
      assert.equal(currentTask()!.cancelling(), 0);
    }));

  it("around others cancels them, and they throw no TimeoutError of their own", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const result = timeout(10, async () => {
        await Promise.all([
          timeout(100, () => ending(log, "a", sleep(1000))),
          timeout(200, () => ending(log, "b", sleep(1000))),
        ]);
      });
      await assert.rejects(async () => await result, TimeoutError);
      assert.equal(loop.time(), 10);
      await sleep(0); // the body ended with the first of them
      assert.deepEqual(log, ["a CancelledError", "b CancelledError"]);
    }));

  it("at the same time as the one around it: both end, the outer one's error comes out", () =>
    runVirtual(async (loop) => {
      for (const { body } of COLOURS) {
        const log: string[] = [];
        const start = loop.time();
        const inner = body(function* () {
          try {
            yield* wait(timeout(10, () => sleep(1000)));
          } catch (error) {
            log.push((error as Error).name);
            throw error;
          }
        });
        await assert.rejects(async () => await timeout(10, inner), TimeoutError);
        assert.equal(loop.time() - start, 10);
        assert.equal(log.length, 1);
        assert.equal(currentTask()!.cancelling(), 0);
      }
    }));

  it("whose body waits for something foreign is delivered at its next wait", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const gate = new Future<void>();
      const foreign = (async () => {
        await new Promise<void>((resolve) => void gate.then(() => resolve()));
      })();
      const task = createTask(async () => {
        await timeout(10, async () => {
          await foreign;
          await ending(log, "body", sleep(1000));
        });
      });
      await sleep(20);
      assert.equal(task.done(), false);
      gate.setResult();
      await sleep(1);
      assert.equal(await ended(task), "TimeoutError");
      assert.deepEqual(log, ["body CancelledError"]);
    }));

  it("whose body waits for something foreign and then ends gives its result, and leaves no request behind", () =>
    runVirtual(async () => {
      const gate = Promise.withResolvers<string>();
      const task = createTask(async () => {
        const value = await timeout(10, () => gate.promise);
        await sleep(5);
        return `${value} ${currentTask()!.cancelling()}`;
      });
      await sleep(20);
      assert.equal(task.done(), false);
      gate.resolve("late");
      assert.equal(await ended(task), "late 0");
    }));

  it("is swallowed by a body that goes on, whose result counts", () =>
    runVirtual(async (loop) => {
      const value = await timeout(10, async (scope) => {
        try {
          await sleep(1000);
        } catch {
          await sleep(5);
          return `stubborn ${scope.expired()}`;
        }
        return "slept";
      });
      assert.equal(value, "stubborn true");
      assert.equal(loop.time(), 15);
      assert.equal(currentTask()!.cancelling(), 0);
    }));
});

describe("A request from outside and an expired timeout together:", () => {
  for (const { name, body } of COLOURS) {
    const guarded = body(function* () {
      yield* wait(timeout(
        10,
        body(function* () {
          yield* wait(sleep(1000));
        }),
      ));
    });

    it(`the one from outside wins when it comes first (${name})`, () =>
      runVirtual(async (loop) => {
        const task = createTask(guarded);
        loop.callLater(10, () => void task.cancel("outside"));
        await sleep(5);
        assert.equal(await ended(task), "CancelledError");
        assert.equal(task.cancelling(), 1);
      }));

    it(`the one from outside wins when it comes while the body ends (${name})`, () =>
      runVirtual(async () => {
        const task = createTask(body(function* () {
          yield* wait(timeout(
            10,
            body(function* () {
              try {
                yield* wait(sleep(1000));
              } finally {
                yield* wait(sleep(10));
              }
            }),
          ));
        }));
        await sleep(15);
        task.cancel("outside");
        assert.equal(await ended(task), "CancelledError");
        assert.equal(task.cancelling(), 1);
      }));

    it(`in one turn, the timeout first: CancelledError (${name})`, () =>
      runVirtual(async (loop) => {
        const task = createTask(guarded);
        await sleep(0);
        await sleep(0);
        loop.callLater(10, () => void task.cancel("outside"));
        assert.equal(await ended(task), "CancelledError");
        assert.equal(task.cancelling(), 1);
      }));
  }
});

describe("Generators and async functions in one task", () => {
  it("nested in turns, cancellation passes through all of them", () =>
    runVirtual(async () => {
      const log: string[] = [];
      async function bottom(): Promise<void> {
        await ending(log, "bottom async", sleep(1000));
      }
      const lower = coroutine(function* () {
        try {
          yield* coroutine(bottom)();
        } finally {
          log.push("lower generator");
        }
      });
      async function upper(): Promise<void> {
        await ending(log, "upper async", lower());
      }
      function* top() {
        try {
          yield* coroutine(upper)();
        } finally {
          yield* sleep(1);
          log.push("top generator");
        }
      }
      const task = createTask(top);
      await sleep(1);
      task.cancel();
      await sleep(5);
      assert.equal(task.cancelled(), true);
      assert.deepEqual(log, ["bottom async CancelledError", "lower generator", "upper async CancelledError", "top generator"]);
    }));

  it("an async helper that a generator called without waiting belongs to its task", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const task = createTask(function* () {
        const helper = ending(log, "helper", sleep(1000));
        assert.ok(helper instanceof Promise);
        yield* until(helper);
      });
      await sleep(1);
      task.cancel();
      await sleep(5);
      assert.equal(task.cancelled(), true);
      assert.deepEqual(log, ["helper CancelledError"]);
    }));

  it("a scope in a generator with an async body: others' waits beside it stay", () =>
    runVirtual(async () => {
      const event = new Event();
      const task = createTask(function* () {
        let first: unknown;
        try {
          yield* timeout(10, async () => {
            await event.wait();
          });
        } catch (error) {
          first = error;
        }
        assert.ok(first instanceof TimeoutError);
        return yield* timeout(100, async () => {
          await event.wait();
          return "second";
        });
      });
      await sleep(50);
      event.set();
      assert.equal(await task, "second");
    }));
});

it("A task that ended is no longer what its late code belongs to: awaiting on is safe", () =>
  runVirtual(async () => {
    const log: string[] = [];
    let straggler: Promise<void> | undefined;
    const task = createTask(async () => {
      straggler = (async () => {
        await sleep(5);
        log.push(String(currentTask()));
        await sleep(5);
        log.push("went on");
      })();
    });
    await task;
    assert.equal(task.cancel(), false);
    await straggler;
    assert.deepEqual(log, ["null", "went on"]);
  }));

it("A straggler of a task that failed is cancelled by nobody", () =>
  runVirtual(async () => {
    let straggler: Promise<string> | undefined;
    const task = createTask(async () => {
      straggler = (async () => await sleep(20, "straggler"))();
      await Promise.all([straggler, sleep(1).then(() => Promise.reject(new Error("bad")))]);
    });
    await assert.rejects(async () => await task, /bad/);
    assert.equal(await straggler, "straggler");
    assert.equal(isCancelled(task.exception()), false);
  }));
