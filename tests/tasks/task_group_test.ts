import {
  CancelledError,
  coroutine,
  createTask,
  currentTask,
  ExceptionGroup,
  Future,
  isCancelled,
  newEventLoop,
  RuntimeError,
  sleep,
  type Task,
  TaskGroup,
  taskGroup,
  timeout,
  TimeoutError,
} from "../../mod.ts";
import { bothColours, errorOf, wait } from "../_kit/colours.ts";
import { reportsOf, runHost, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** The texts of the errors in a group. */
function texts(error: unknown): string[] {
  assert.ok(error instanceof ExceptionGroup, String(error));
  return error.errors.map((member) => member.message);
}

describe("taskGroup", () => {
  bothColours("ends when body and tasks have ended, with what the body returns", function* ({ loop, body }) {
    const tasks: Task<string>[] = [];
    const value = yield* wait(taskGroup(body(function* (group: TaskGroup) {
      assert.ok(group instanceof TaskGroup);
      tasks.push(group.createTask(() => sleep(20, "a")), group.createTask(sleep(30, "b")));
      yield* wait(sleep(10));
      return "value";
    })));
    assert.equal(value, "value");
    assert.deepEqual([loop.time(), tasks.map((task) => task.result())], [30, ["a", "b"]]);
  });

  bothColours("runs its body in the calling task, at once, and gives no turn away without tasks", function* ({ loop, body }) {
    const log: string[] = [];
    loop.callSoon(() => log.push("a turn"));
    const seen = yield* wait(taskGroup(body(function* () {
      return [currentTask(), log.length];
    })));
    assert.deepEqual([...seen, log.length], [currentTask(), 0, 0]);
    yield* wait(sleep(0));
  });

  bothColours("a task that fails cancels the others and the body; all errors come out", function* ({ loop, body }) {
    const log: string[] = [];
    const cleanUp = (name: string) =>
      body(function* () {
        try {
          yield* wait(sleep(1000));
        } finally {
          yield* wait(sleep(5));
          log.push(name);
        }
      });
    const error = yield* errorOf(wait(taskGroup(body(function* (group: TaskGroup) {
      group.createTask(cleanUp("task"));
      group.createTask(body(function* () {
        yield* wait(sleep(10));
        throw new Error("first");
      }));
      group.createTask(body(function* () {
        try {
          yield* wait(sleep(1000));
        } catch {
          throw new Error("second");
        }
      }));
      yield* wait(cleanUp("body")());
    }))));
    assert.deepEqual(texts(error), ["first", "second"]);
    assert.equal((error as Error).message, "unhandled errors in a TaskGroup");
    assert.deepEqual([log.sort(), loop.time(), currentTask()!.cancelling()], [["body", "task"], 15, 0]);
    yield* wait(sleep(1));
  });

  bothColours("an error of the body cancels the tasks and comes last", function* ({ body }) {
    const error = yield* errorOf(wait(taskGroup(body(function* (group: TaskGroup) {
      group.createTask(body(function* () {
        try {
          yield* wait(sleep(1000));
        } catch {
          throw new Error("task");
        }
      }));
      yield* wait(sleep(10));
      throw new Error("body");
    }))));
    assert.deepEqual(texts(error), ["task", "body"]);
  });

  bothColours("only its own body is cancelled, not what its task waits for beside it", function* ({ loop, body }) {
    const failing = taskGroup(body(function* (group: TaskGroup) {
      group.createTask(body(function* () {
        throw new Error("one");
      }));
      yield* wait(sleep(1000));
    }));
    const task = createTask(async () => {
      const results = await Promise.allSettled([failing, sleep(20, "two")]);
      return results.map((result) => result.status === "fulfilled" ? result.value : texts(result.reason));
    });
    assert.deepEqual(yield* wait(task), [["one"], "two"]);
    assert.deepEqual([loop.time(), task.cancelling()], [20, 0]);
  });

  bothColours("groups side by side in one task fail without a request left", function* ({ body }) {
    const failing = (delay: number) =>
      taskGroup(body(function* (group: TaskGroup) {
        group.createTask(body(function* () {
          yield* wait(sleep(delay));
          throw new Error(`after ${delay}`);
        }));
        yield* wait(sleep(1000));
      }));
    const task = createTask(async () => {
      const results = await Promise.allSettled([failing(5), failing(5), failing(10)]);
      await sleep(1);
      return [currentTask()!.cancelling(), ...results.map((result) => texts((result as PromiseRejectedResult).reason)[0])];
    });
    assert.deepEqual(yield* wait(task), [0, "after 5", "after 5", "after 10"]);
  });

  bothColours("cancelled from outside gives CancelledError, while the body runs and while it waits for tasks", function* ({ body }) {
    for (const busy of [true, false]) {
      const ended: string[] = [];
      const host = createTask(body(function* () {
        yield* wait(taskGroup(body(function* (group: TaskGroup) {
          group.createTask(body(function* () {
            try {
              yield* wait(sleep(1000));
            } finally {
              ended.push("task");
            }
          }));
          if (busy) yield* wait(sleep(1000));
        })));
      }));
      yield* wait(sleep(5));
      host.cancel("why");
      const error = yield* errorOf(wait(host));
      assert.ok(error instanceof CancelledError && error.message === "why");
      assert.deepEqual([host.cancelled(), host.cancelling(), ended], [true, 1, ["task"]]);
    }
  });

  bothColours("errors come before a cancellation from outside, which is delivered again at the next wait", function* ({ body }) {
    const host = createTask(body(function* () {
      const error = yield* errorOf(wait(taskGroup(body(function* (group: TaskGroup) {
        group.createTask(body(function* () {
          try {
            yield* wait(sleep(1000));
          } catch {
            throw new Error("task");
          }
        }));
        yield* wait(sleep(1000));
      }))));
      const later = yield* errorOf(wait(sleep(0)));
      return [texts(error), isCancelled(later), currentTask()!.cancelling(), yield* wait(sleep(1, "goes on"))];
    }));
    yield* wait(sleep(5));
    host.cancel();
    assert.deepEqual(yield* wait(host), [["task"], true, 1, "goes on"]);
  });

  it("beside a scope of its task whose request is outstanding, leaves none for the code around it when it fails", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const limited = async (limit: (body: () => Promise<void>) => PromiseLike<void>): Promise<void> => {
        try {
          await limit(async () => {
            try {
              await sleep(60_000);
            } finally {
              await sleep(20);
              log.push(`cleaned up at ${loop.time()}`);
            }
          });
        } catch (error) {
          log.push((error as Error).name);
        }
      };
      const fail = async (): Promise<void> => {
        await sleep(2);
        throw new RangeError("bad");
      };
      const grouped = async (): Promise<void> => {
        await sleep(5);
        assert.equal(currentTask()!.cancelling(), 2);
        try {
          await taskGroup(async (group) => {
            group.createTask(fail);
            await sleep(1000);
          });
        } catch (error) {
          log.push((error as Error).name);
        }
        await sleep(1);
        log.push(`goes on at ${loop.time()}`);
      };
      const failing = (body: () => Promise<void>): PromiseLike<void> =>
        taskGroup(async (group) => {
          group.createTask(fail);
          await body();
        });
      await Promise.all([limited((body) => timeout(1, body)), limited(failing), grouped()]);
      assert.deepEqual(log, ["ExceptionGroup", "goes on at 8", "cleaned up at 21", "TimeoutError", "cleaned up at 22", "ExceptionGroup"]);
      assert.equal(currentTask()!.cancelling(), 0);
    }));

  bothColours("in the clean-up of a timeout, repeats that one's request when it fails, as asyncio's", function* ({ body, loop }) {
    const log: string[] = [];
    const failing = body(function* () {
      yield* wait(sleep(2));
      throw new RangeError("bad");
    });
    const cleanUp = body(function* () {
      try {
        yield* wait(taskGroup((group) => {
          group.createTask(failing);
          return body(() => wait(sleep(1000)))();
        }));
      } catch (error) {
        log.push(`${(error as Error).name}, ${currentTask()!.cancelling()} request at ${loop.time()}`);
      }
      try {
        yield* wait(sleep(5));
      } catch (error) {
        log.push(`${(error as Error).name} at ${loop.time()}`);
      }
      yield* wait(sleep(5));
    });
    try {
      yield* wait(timeout(
        1,
        body(function* () {
          try {
            yield* wait(sleep(1000));
          } finally {
            yield* wait(cleanUp());
          }
        }),
      ));
    } catch (error) {
      log.push(`${(error as Error).name} at ${loop.time()}`);
    }
    assert.deepEqual(log, ["ExceptionGroup, 1 request at 3", "CancelledError at 3", "TimeoutError at 8"]);
    assert.equal(currentTask()!.cancelling(), 0);
  });

  bothColours("a request that was swallowed before is repeated by a group that fails, as asyncio's", function* ({ body }) {
    const host = createTask(body(function* () {
      yield* errorOf(wait(sleep(1000)));
      const late = yield* errorOf(wait(timeout(
        10,
        body(function* () {
          yield* errorOf(wait(taskGroup(body(function* () {
            throw new Error("body");
          }))));
          const again = yield* errorOf(wait(sleep(1)));
          assert.ok(isCancelled(again));
          yield* wait(sleep(1000));
        }),
      )));
      return [late instanceof TimeoutError, currentTask()!.cancelling()];
    }));
    yield* wait(sleep(5));
    host.cancel();
    assert.deepEqual(yield* wait(host), [true, 1]);
  });

  bothColours("a timeout inside and around it", function* ({ loop, body }) {
    const inside = yield* errorOf(wait(taskGroup(body(function* (group: TaskGroup) {
      group.createTask(() => timeout(10, () => sleep(1000)));
      yield* wait(sleep(1000));
    }))));
    assert.ok(inside instanceof ExceptionGroup && inside.errors[0] instanceof TimeoutError);
    const around = yield* errorOf(wait(timeout(
      10,
      body(function* () {
        yield* wait(taskGroup(body(function* (group: TaskGroup) {
          group.createTask(sleep(1000));
        })));
      }),
    )));
    assert.ok(around instanceof TimeoutError);
    assert.deepEqual([loop.time(), currentTask()!.cancelling()], [20, 0]);
  });

  bothColours("an error of a nested group comes out nested", function* ({ body }) {
    const error = yield* errorOf(wait(taskGroup(body(function* (outer: TaskGroup) {
      outer.createTask(() =>
        taskGroup(body(function* (inner: TaskGroup) {
          inner.createTask(body(function* () {
            throw new Error("deep");
          }));
        }))
      );
    }))));
    assert.ok(error instanceof ExceptionGroup);
    assert.deepEqual(texts(error.errors[0]), ["deep"]);
  });

  it("100,000 tasks that fail", () =>
    runVirtual(async () => {
      const error = await taskGroup(async (group) => {
        for (let i = 0; i < 100_000; i++) {
          group.createTask(function* () {
            yield* sleep(1);
            throw i;
          });
        }
      }).then(() => null, (error) => error);
      assert.equal(error.errors.length, 100_000);
      assert.deepEqual(error.errors.slice(-2), [99_998, 99_999]);
    }));

  it("100,000 tasks of which one fails", () =>
    runVirtual(async (loop) => {
      const error = await taskGroup(async (group) => {
        for (let i = 0; i < 100_000; i++) group.createTask(sleep(1000));
        group.createTask(async () => {
          await sleep(1);
          throw new Error("one");
        });
      }).then(() => null, (error) => error);
      assert.deepEqual(texts(error), ["one"]);
      assert.equal(loop.time(), 1);
    }));

  it("refuses a body that is no function at the call, and one that gives nothing to wait for", () =>
    runVirtual(async () => {
      for (const value of [null, 7, Promise.resolve(), sleep(1)]) {
        assert.throws(() => taskGroup(value as unknown as () => Promise<void>), TypeError);
      }
      const error = await taskGroup(() => undefined as unknown as Promise<void>).then(() => null, (error) => error);
      assert.ok(error.errors[0] instanceof TypeError);
    }));

  it("works on the host", () =>
    runHost(async () => {
      await assert.rejects(async () =>
        await taskGroup(async (group) => {
          group.createTask(async () => {
            await sleep(1);
            throw new Error("task");
          });
          await sleep(60_000);
        }), ExceptionGroup);
    }));
});

describe("TaskGroup.createTask", () => {
  bothColours("is refused before the run, while shutting down, and after the end; the coroutine is closed", function* ({ body }) {
    const refused = (group: TaskGroup, message: RegExp): void => {
      const lazy = coroutine(function* () {})();
      const generator = (function* (): Generator<undefined, void, unknown> {})();
      assert.throws(() => group.createTask(lazy), { name: "RuntimeError", message });
      assert.throws(() => lazy.send(undefined), RuntimeError);
      assert.throws(() => group.createTask(generator), RuntimeError);
      assert.equal(generator.next().done, true);
    };
    const group = new TaskGroup();
    refused(group, /^Cannot create a task: <TaskGroup> has not been entered$/);
    yield* wait(group.run(body(function* () {
      group.cancel();
      refused(group, /is shutting down$/);
    })));
    refused(group, /is finished$/);
    const error = yield* errorOf(wait(group.run(body(function* () {}))));
    assert.ok(error instanceof RuntimeError);
    const whole = new TaskGroup();
    yield* wait(whole.run(body(function* () {})));
    refused(whole, /<TaskGroup entered> is finished$/);
  });

  bothColours("may be called by a task of the group while it waits at its end", function* ({ loop, body }) {
    yield* wait(taskGroup(body(function* (group: TaskGroup) {
      group.createTask(body(function* () {
        yield* wait(sleep(10));
        group.createTask(sleep(10));
      }));
    })));
    assert.equal(loop.time(), 20);
  });

  bothColours("tells the group of a task that failed in its eager step by a queued callback", function* ({ body }) {
    const log: string[] = [];
    const error = yield* errorOf(wait(taskGroup(body(function* (group: TaskGroup) {
      group.createTask(
        // deno-lint-ignore no-explicit-any -- a generator in both colours: an async function is not done after its eager step
        function* (): any {
          throw new Error("eager");
        },
        { eagerStart: true },
      );
      log.push("goes on");
      yield* wait(sleep(1000));
    }))));
    assert.deepEqual([texts(error), log], [["eager"], ["goes on"]]);
  });

  it("is refused on another loop", async () => {
    const [first, second] = [newEventLoop(), newEventLoop()];
    let group: TaskGroup | undefined;
    const host = first.createTask(() =>
      taskGroup(async (entered) => {
        group = entered;
        first.stop();
        await sleep(60_000);
      })
    );
    await first.runForever();
    await second.runUntilComplete(async () => {
      assert.throws(() => group!.createTask(sleep(0)), { name: "RuntimeError", message: /belongs to a different loop/ });
    });
    host.cancel();
    await assert.rejects(async () => await first.runUntilComplete(host), CancelledError);
    first.close();
    second.close();
  });

  it("refuses what is no coroutine", () =>
    runVirtual(() =>
      taskGroup(async (group) => {
        for (const value of [null, 7, Promise.resolve(), new Future()]) {
          assert.throws(() => group.createTask(value as unknown as () => Promise<void>), TypeError);
        }
      })
    ));
});

describe("TaskGroup.cancel", () => {
  bothColours("by a task of the group ends tasks and body without an error", function* ({ loop, body }) {
    const log: string[] = [];
    const value = yield* wait(taskGroup(body(function* (group: TaskGroup) {
      for (const delay of [10, 20]) {
        group.createTask(body(function* () {
          yield* wait(sleep(delay));
          log.push(`${delay} wins`);
          group.cancel();
          group.cancel();
        }));
      }
      yield* wait(sleep(1000));
    })));
    assert.deepEqual([value, log, loop.time(), currentTask()!.cancelling()], [undefined, ["10 wins"], 10, 0]);
    assert.equal(yield* wait(sleep(1, "goes on")), "goes on");
  });

  bothColours("while the group waits at its end keeps what the body returned", function* ({ loop, body }) {
    const value = yield* wait(taskGroup(body(function* (group: TaskGroup) {
      group.createTask(sleep(1000));
      loop.callLater(10, () => group.cancel());
      return "value";
    })));
    assert.deepEqual([value, loop.time(), currentTask()!.cancelling()], ["value", 10, 0]);
  });

  bothColours("in the first part of a body that never waits leaves no request behind", function* ({ body }) {
    const value = yield* wait(taskGroup(body(function* (group: TaskGroup) {
      group.cancel();
      return currentTask()!.cancelling();
    })));
    assert.equal(value, 1);
    assert.equal(currentTask()!.cancelling(), 0);
    assert.equal(yield* wait(sleep(1, "goes on")), "goes on");
  });

  bothColours("hides neither errors nor a cancellation from outside", function* ({ body }) {
    const error = yield* errorOf(wait(taskGroup(body(function* (group: TaskGroup) {
      group.cancel();
      try {
        yield* wait(sleep(1000));
      } finally {
        yield* wait(
          body(function* () {
            throw new Error("unwinding");
          })(),
        );
      }
    }))));
    assert.deepEqual(texts(error), ["unwinding"]);
    const host = createTask(body(function* () {
      yield* wait(taskGroup(body(function* (group: TaskGroup) {
        group.createTask(body(function* () {
          try {
            yield* wait(sleep(1000));
          } finally {
            yield* wait(sleep(20));
          }
        }));
        yield* wait(sleep(5));
        group.cancel();
      })));
    }));
    yield* wait(sleep(10));
    host.cancel();
    yield* errorOf(wait(host));
    assert.deepEqual([host.cancelled(), host.cancelling()], [true, 1]);
  });

  bothColours("a task that cancels its group in its eager step is cancelled too", function* ({ loop, body }) {
    yield* wait(taskGroup(body(function* (group: TaskGroup) {
      const task = group.createTask(
        body(function* () {
          group.cancel();
          yield* wait(sleep(1000));
        }),
        { eagerStart: true },
      );
      yield* errorOf(wait(sleep(1)));
      yield* wait(sleep(0));
      assert.equal(task.cancelled(), true);
    })));
    assert.equal(loop.time(), 0);
  });

  it("before the run, with a plain function that returns a generator", () =>
    runVirtual(async (loop) => {
      const group = new TaskGroup();
      group.cancel();
      await group.run(() => sleep(1000) as Promise<unknown>);
      assert.deepEqual([loop.time(), currentTask()!.cancelling()], [0, 0]);
      await taskGroup((group) => {
        group.cancel();
        return sleep(1000) as Promise<unknown>;
      });
      assert.deepEqual([loop.time(), currentTask()!.cancelling(), await sleep(1, "goes on")], [0, 0, "goes on"]);
    }));

  it("is done by closing the coroutine that runs the group; what its tasks throw then is reported", async () => {
    const reports = await reportsOf(function* () {
      const group = new TaskGroup();
      const steps = group.run(function* () {
        group.createTask(function* () {
          try {
            yield* sleep(1000);
          } catch {
            throw new Error("late");
          }
        });
        yield* sleep(1000);
      })[Symbol.iterator]();
      steps.next();
      yield* sleep(1);
      steps.return!(undefined);
      assert.throws(() => group.createTask(sleep(1)), /is finished/);
      group.cancel();
      yield* sleep(1);
    });
    assert.deepEqual(reports.map(({ message, exception }) => [/^Task .* has failed, but/.test(message), (exception as Error).message]), [[
      true,
      "late",
    ]]);
  });
});
