import {
  type Awaitable,
  type Body,
  CancelledError,
  coroutine,
  createTask,
  currentTask,
  Event,
  Future,
  gather,
  isCancelled,
  sleep,
  type Task,
  timeout,
  waitFor,
} from "../../mod.ts";
import { bothColours, COLOURS, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("Task.cancel", () => {
  bothColours("throws CancelledError where the task waits, with the message", function* ({ body }) {
    const caught: unknown[] = [];
    const task = createTask(body(function* () {
      try {
        yield* wait(sleep(1000));
      } catch (error) {
        caught.push(error);
        throw error;
      }
    }));
    yield* wait(sleep(1));
    assert.equal(task.cancel("enough"), true);
    assert.equal(task.done(), false);
    yield* wait(sleep(0));
    assert.equal(task.done(), true);
    assert.equal(task.cancelled(), true);
    assert.ok(isCancelled(caught[0]));
    assert.equal(caught[0].message, "enough");
    assert.throws(() => task.result(), (thrown) => thrown === caught[0]);
  });

  bothColours("is false once the task is done", function* ({ body }) {
    const task = createTask(body(function* () {
      return "done";
    }));
    yield* wait(task);
    assert.equal(task.cancel(), false);
    assert.equal(task.cancelling(), 0);
    assert.equal(task.result(), "done");
  });

  bothColours("before the first step never runs the body", function* ({ body }) {
    const log: string[] = [];
    const task = createTask(body(function* () {
      log.push("ran");
    }));
    assert.equal(task.cancel("too early"), true);
    assert.equal(task.done(), false);
    yield* wait(sleep(0));
    assert.equal(task.cancelled(), true);
    assert.throws(() => task.result(), { message: "too early" });
    assert.deepEqual(log, []);
  });

  it("before the first step ends a generator that was given as such", () =>
    runVirtual(async () => {
      const generator = (function* () {
        yield* sleep(1);
      })();
      createTask(generator).cancel();
      await sleep(1);
      assert.deepEqual(generator.next(), { done: true, value: undefined });
    }));

  bothColours("of itself is kept for the next wait", function* ({ body }) {
    const log: string[] = [];
    const task = createTask(body(function* () {
      currentTask()!.cancel("self");
      log.push("goes on");
      try {
        yield* wait(sleep(1000));
      } catch (error) {
        log.push((error as Error).message);
      }
      yield* wait(sleep(1));
      return "swallowed";
    }));
    assert.equal(yield* wait(task), "swallowed");
    assert.deepEqual(log, ["goes on", "self"]);
    assert.equal(task.cancelling(), 1);
  });

  bothColours("of itself is delivered by a wait of one turn too, after that turn", function* ({ loop, body }) {
    const log: string[] = [];
    const task = createTask(body(function* () {
      currentTask()!.cancel();
      loop.callSoon(() => log.push("a turn"));
      try {
        yield* wait(sleep(0));
      } catch (error) {
        log.push(String(isCancelled(error)));
      }
    }));
    yield* wait(task);
    assert.deepEqual(log, ["a turn", "true"]);
  });

  bothColours("of itself right before its end cancels it", function* ({ body }) {
    const task = createTask(body(function* () {
      currentTask()!.cancel("last moment");
      return "result";
    }));
    yield* wait(sleep(1));
    assert.equal(task.cancelled(), true);
    assert.throws(() => task.result(), { message: "last moment" });
  });

  bothColours("of itself right before an error leaves the error", function* ({ body }) {
    const error = new Error("bad");
    const task = createTask(body(function* () {
      currentTask()!.cancel();
      throw error;
    }));
    yield* wait(sleep(1));
    assert.equal(task.exception(), error);
  });

  bothColours("of itself is not delivered by a future that is done, which takes no turn", function* ({ body }) {
    const log: string[] = [];
    const done = new Future<string>();
    done.setResult("done");
    const task = createTask(body(function* () {
      currentTask()!.cancel();
      log.push(yield* wait(done));
      yield* wait(sleep(1000));
    }));
    yield* wait(sleep(1));
    assert.deepEqual(log, ["done"]);
    assert.equal(task.cancelled(), true);
  });

  bothColours("of itself lets what does not wait run, and is delivered at the first wait inside", function* ({ body }) {
    const log: string[] = [];
    const event = new Event();
    event.set();
    const note = (text: string) =>
      body(function* () {
        log.push(text);
      });
    const task = createTask(body(function* () {
      currentTask()!.cancel("kept");
      yield* wait(event.wait());
      log.push("event");
      yield* wait(coroutine(note("coroutine"))());
      yield* wait(timeout(100, note("timeout")));
      yield* wait(waitFor(note("waitFor"), 100));
      yield* wait(note("helper")());
      yield* wait(timeout(
        100,
        body(function* () {
          log.push("first wait");
          yield* wait(sleep(1000));
          log.push("never");
        }),
      ));
    }));
    yield* wait(sleep(10));
    assert.deepEqual(log, ["event", "coroutine", "timeout", "waitFor", "helper", "first wait"]);
    assert.equal(task.cancelled(), true);
    assert.throws(() => task.result(), { message: "kept" });
  });

  bothColours("inside a body that does not wait again is delivered at the task's next wait", function* ({ body }) {
    const scopes: Record<string, (inner: () => Body<string>) => Awaitable<string>> = {
      timeout: (inner) => timeout(100, inner),
      waitFor: (inner) => waitFor(inner, 100),
      coroutine: (inner) => coroutine(inner)(),
    };
    for (const [name, scope] of Object.entries(scopes)) {
      const log: string[] = [];
      const task = createTask(body(function* () {
        log.push(
          yield* wait(scope(body(function* () {
            currentTask()!.cancel("kept");
            return "result";
          }))),
        );
        yield* wait(sleep(1000));
      }));
      yield* wait(sleep(1));
      assert.deepEqual([name, ...log], [name, "result"]);
      assert.equal(task.cancelled(), true);
      assert.throws(() => task.result(), { message: "kept" });
    }
  });

  bothColours("inside a body that ends with another's CancelledError is kept too", function* ({ body }) {
    const gone = new Future();
    gone.cancel("gone");
    const log: string[] = [];
    const task = createTask(body(function* () {
      try {
        yield* wait(timeout(
          100,
          body(function* () {
            try {
              yield* wait(gone);
            } finally {
              currentTask()!.cancel("kept");
            }
          }),
        ));
      } catch (error) {
        log.push((error as Error).message);
      }
      yield* wait(sleep(1000));
    }));
    yield* wait(sleep(1));
    assert.deepEqual(log, ["gone"]);
    assert.throws(() => task.result(), { name: "CancelledError", message: "kept" });
  });

  bothColours("wins over a result that came in the same turn, unless the task was woken already", function* ({ body }) {
    const future = new Future<string>();
    const task = createTask(body(function* () {
      return yield* wait(future);
    }));
    yield* wait(sleep(0));
    future.setResult("result");
    task.cancel();
    yield* wait(sleep(0));
    assert.equal(task.cancelled(), true);
  });

  bothColours("waits for clean-up that waits", function* ({ loop, body }) {
    const log: string[] = [];
    const task = createTask(body(function* () {
      try {
        yield* wait(sleep(1000));
      } finally {
        yield* wait(sleep(20));
        log.push("clean");
      }
    }));
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(sleep(10));
    assert.equal(task.done(), false);
    yield* wait(sleep(10));
    assert.deepEqual(log, ["clean"]);
    assert.equal(task.cancelled(), true);
    assert.equal(loop.time(), 21);
  });

  bothColours("can be swallowed, and asked for again", function* ({ body }) {
    let swallowed = 0;
    const task = createTask(body(function* () {
      while (swallowed < 3) {
        try {
          yield* wait(sleep(1000));
        } catch {
          swallowed++;
        }
      }
      return "stubborn";
    }));
    for (let i = 1; i <= 3; i++) {
      yield* wait(sleep(1));
      task.cancel();
      assert.equal(task.cancelling(), i);
    }
    assert.equal(yield* wait(task), "stubborn");
    assert.equal(task.cancelling(), 3);
    assert.equal(task.cancelled(), false);
  });

  bothColours("may become another error", function* ({ body }) {
    const task = createTask(body(function* () {
      try {
        yield* wait(sleep(1000));
      } catch {
        throw new Error("instead");
      }
    }));
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(sleep(1));
    assert.equal(task.cancelled(), false);
    assert.match(String(task.exception()), /instead/);
  });

  bothColours("asked for twice before it is delivered is one CancelledError, with the first message", function* ({ body }) {
    const log: string[] = [];
    const task = createTask(body(function* () {
      for (let i = 0; i < 2; i++) {
        try {
          log.push(yield* wait(sleep(10, "slept")));
        } catch (error) {
          log.push((error as Error).message);
        }
      }
    }));
    yield* wait(sleep(1));
    task.cancel("first");
    task.cancel("second");
    yield* wait(task);
    assert.deepEqual(log, ["first", "slept"]);
    assert.equal(task.cancelling(), 2);
  });

  bothColours("goes down the chain of tasks that wait for each other", function* ({ body }) {
    const log: string[] = [];
    const level = (name: string, next: () => Task<unknown> | Future<unknown>) =>
      body(function* () {
        try {
          yield* wait(next());
        } finally {
          log.push(name);
        }
      });
    const future = new Future();
    const inner = createTask(level("inner", () => future));
    const middle = createTask(level("middle", () => inner));
    const outer = createTask(level("outer", () => middle));
    yield* wait(sleep(1));
    outer.cancel("down");
    yield* wait(sleep(1));
    assert.deepEqual(log, ["inner", "middle", "outer"]);
    for (const end of [future, inner, middle, outer]) assert.throws(() => end.result(), { name: "CancelledError", message: "down" });
  });

  bothColours("leaves a future alone that the task does not wait for any more", function* ({ body }) {
    const first = new Future<string>();
    const second = new Future<string>();
    const task = createTask(body(function* () {
      yield* wait(first);
      yield* wait(second);
    }));
    yield* wait(sleep(0));
    first.setResult("x");
    yield* wait(sleep(0));
    task.cancel();
    yield* wait(sleep(0));
    assert.equal(first.cancelled(), false);
    assert.equal(second.cancelled(), true);
  });

  bothColours("of a task that somebody waits for throws CancelledError there, without cancelling the one who waits", function* ({ body }) {
    const task = createTask(body(function* () {
      yield* wait(sleep(1000));
    }));
    const waiter = createTask(body(function* () {
      try {
        yield* wait(task);
      } catch (error) {
        return isCancelled(error) ? `cancelled: ${error.message}` : "?";
      }
      return "ended";
    }));
    yield* wait(sleep(1));
    task.cancel("why");
    assert.equal(yield* wait(waiter), "cancelled: why");
    assert.equal(waiter.cancelling(), 0);
  });
});

describe("Task.cancelling and Task.uncancel", () => {
  bothColours("count", function* ({ body }) {
    const event = new Event();
    const task = createTask(body(function* () {
      try {
        yield* wait(event.wait());
      } catch {
        yield* wait(event.wait());
      }
    }));
    yield* wait(sleep(0));
    assert.equal(task.cancelling(), 0);
    assert.equal(task.uncancel(), 0);
    task.cancel();
    yield* wait(sleep(0));
    assert.equal(task.cancelling(), 1);
    assert.equal(task.uncancel(), 0);
    assert.equal(task.cancelling(), 0);
    event.set();
    yield* wait(task);
  });

  bothColours("uncancel forgets a request that is kept", function* ({ body }) {
    const task = createTask(body(function* () {
      const self = currentTask()!;
      self.cancel();
      assert.equal(self.uncancel(), 0);
      return yield* wait(sleep(1, "slept"));
    }));
    assert.equal(yield* wait(task), "slept");
  });

  bothColours("uncancel keeps it while there is another request", function* ({ body }) {
    const task = createTask(body(function* () {
      const self = currentTask()!;
      self.cancel();
      self.cancel();
      assert.equal(self.uncancel(), 1);
      return yield* wait(sleep(1, "slept"));
    }));
    yield* wait(sleep(2));
    assert.equal(task.cancelled(), true);
  });

  bothColours("a cancelled task still counts", function* ({ body }) {
    const task = createTask(body(function* () {
      yield* wait(sleep(1000));
    }));
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(sleep(1));
    assert.equal(task.cancelling(), 1);
    assert.equal(String(task).startsWith("<Task cancelled"), true);
  });

  bothColours("a task that is asked to end says so", function* ({ body }) {
    const task = createTask(
      body(function* () {
        yield* wait(sleep(1000));
      }),
      { name: "asked" },
    );
    yield* wait(sleep(1));
    task.cancel();
    assert.equal(String(task), "<Task cancelling name='asked'>");
    yield* wait(sleep(1));
  });
});

describe("A CancelledError that a body throws by itself", () => {
  bothColours("cancels its task", function* ({ body }) {
    const error = new CancelledError("by hand");
    const task = createTask(body(function* () {
      throw error;
    }));
    yield* wait(sleep(1));
    assert.equal(task.cancelled(), true);
    assert.equal(task.cancelling(), 0);
    assert.throws(() => task.result(), (thrown) => thrown === error);
  });

  bothColours("after a wait too", function* ({ body }) {
    const task = createTask(body(function* () {
      yield* wait(sleep(1));
      throw new CancelledError();
    }));
    yield* wait(sleep(5));
    assert.equal(task.cancelled(), true);
  });
});

for (const { name, body } of COLOURS) {
  it(`Cancelling a thousand tasks ends each with an error of its own (${name})`, () =>
    runVirtual(async () => {
      const tasks = Array.from({ length: 1000 }, () =>
        createTask(body(function* () {
          yield* wait(sleep(1_000_000));
        })));
      await sleep(1);
      for (const task of tasks) task.cancel();
      const outcomes = await gather(tasks, { returnExceptions: true });
      assert.ok(outcomes.every((outcome) => isCancelled(outcome)));
      assert.equal(new Set(outcomes).size, 1000);
    }));
}

it("A CancelledError has no stack trace, which nobody reads, but in debug mode", async () => {
  const lines = async (debug: boolean): Promise<number> =>
    await runVirtual(async () => {
      const future = new Future();
      future.cancel();
      try {
        await future;
      } catch (error) {
        return (error as Error).stack?.split("\n").length ?? 0;
      }
      return -1;
    }, { debug });
  const [plain, debug] = [await lines(false), await lines(true)];
  assert.ok(plain < debug, `${plain} lines against ${debug} in debug mode`);
});
