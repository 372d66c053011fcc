import {
  allTasks,
  asyncgen,
  createTask,
  type EventLoop,
  type ExceptionContext,
  Future,
  getEventLoop,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  sleep,
  type Waitable,
} from "../mod.ts";
import { VirtualRuntime } from "../src/testing/mod.ts";
import { runVirtual } from "./_kit/loop.ts";
import { assert, describe, it } from "./_kit/mod.ts";

/** A loop in virtual time. */
function virtualLoop(): EventLoop {
  return newEventLoop({ runtime: new VirtualRuntime() });
}

describe("EventLoop.runUntilComplete", () => {
  it("gives the result of whatever can be waited for", async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<string>();
    loop.callLater(1, () => future.setResult("future"));
    const waitables: Record<string, Waitable<string>> = {
      "function": async () => await sleep(1, "function"),
      "generator function": function* () {
        return yield* sleep(1, "generator function");
      },
      "generator": (function* () {
        return yield* sleep(1, "generator");
      })(),
      "awaitable": sleep(1, "awaitable"),
      "promise": Promise.resolve("promise"),
      "future": future,
      "task": loop.createTask(() => sleep(1, "task")),
    };
    for (const [name, waitable] of Object.entries(waitables)) assert.equal(await loop.runUntilComplete(waitable), name);
    loop.close();
  });

  it("throws the error of main, and can be called again", async () => {
    const loop = virtualLoop();
    const error = new Error("bad");
    await assert.rejects(
      loop.runUntilComplete(async () => {
        await sleep(1);
        throw error;
      }),
      (thrown) => thrown === error,
    );
    assert.equal(await loop.runUntilComplete(() => sleep(1, "again")), "again");
    loop.close();
  });

  it("has stopped the loop when its promise settles; what is ready waits for the next run", async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    await loop.runUntilComplete(async () => {
      loop.callSoon(() => {
        log.push("the turn under way is finished");
        loop.callSoon(() => log.push("and one more"));
        loop.callSoon(() => loop.callSoon(() => log.push("next run")));
      });
    });
    assert.equal(loop.isRunning(), false);
    const before = log.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(log.length, before);
    await loop.runUntilComplete(() => sleep(1));
    assert.deepEqual(log, ["the turn under way is finished", "and one more", "next run"]);
    loop.close();
  });

  it("timers wait for the next run too", async () => {
    const loop = virtualLoop();
    const log: number[] = [];
    loop.callLater(10, () => log.push(loop.time()));
    await loop.runUntilComplete(() => sleep(1));
    assert.deepEqual(log, []);
    await loop.runUntilComplete(() => sleep(20));
    assert.deepEqual(log, [10]);
    loop.close();
  });

  it("rejects when the loop is stopped before main is done", async () => {
    const loop = virtualLoop();
    loop.callLater(5, () => loop.stop());
    await assert.rejects(loop.runUntilComplete(() => sleep(1000)), {
      name: "RuntimeError",
      message: "Event loop stopped before Future completed.",
    });
    await loop.runUntilComplete(() => sleep(2000));
    loop.close();
  });

  it("takes what can be waited for, of this loop", async () => {
    const [loop, other] = [virtualLoop(), virtualLoop()];
    for (const value of [null, undefined, 7, "text", {}, []]) {
      await assert.rejects(loop.runUntilComplete(value as unknown as Waitable<unknown>), TypeError);
    }
    await assert.rejects(loop.runUntilComplete(other.createFuture()), RangeError);
    assert.equal(loop.isRunning(), false);
    loop.close();
    other.close();
  });
});

describe("EventLoop.runForever and stop", () => {
  it("runs until stop, and the turn under way is finished", async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    loop.callLater(5, () => {
      log.push("stopping");
      loop.stop();
      loop.callSoon(() => log.push("next run"));
    });
    loop.callLater(5, () => log.push("same turn"));
    const running = loop.runForever();
    assert.equal(loop.isRunning(), true);
    await running;
    assert.equal(loop.isRunning(), false);
    assert.deepEqual(log, ["stopping", "same turn"]);
    loop.close();
  });

  it("stop before the run: it ends after one turn", async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    loop.callSoon(() => {
      log.push("first turn");
      loop.callSoon(() => log.push("second turn"));
    });
    loop.stop();
    await loop.runForever();
    assert.deepEqual(log, ["first turn"]);
    loop.stop();
    await loop.runForever();
    assert.deepEqual(log, ["first turn", "second turn"]);
    loop.close();
  });

  it("stop from outside the loop, while it rests", async () => {
    const loop = virtualLoop();
    const running = loop.runForever();
    await new Promise((resolve) => setTimeout(resolve, 5));
    loop.stop();
    await running;
    assert.equal(loop.isRunning(), false);
    loop.close();
  });

  it("many runs in a row", async () => {
    const loop = virtualLoop();
    let turns = 0;
    for (let i = 0; i < 100; i++) {
      loop.callSoon(() => {
        turns++;
        loop.stop();
      });
      await loop.runForever();
    }
    assert.equal(turns, 100);
    loop.close();
  });

  it("stop while a task waits for something foreign: it goes on outside, and waits for the next run where it needs the loop", async () => {
    for (const loop of [virtualLoop(), newEventLoop()]) {
      const log: string[] = [];
      const gate = Promise.withResolvers<void>();
      const task = loop.createTask(async () => {
        await gate.promise;
        log.push("resumed");
        await sleep(1);
        log.push("slept");
      });
      loop.callSoon(() => loop.stop());
      await loop.runForever();
      log.push("stopped");
      gate.resolve();
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(log, ["stopped", "resumed"]);
      await loop.runUntilComplete(task);
      assert.deepEqual(log, ["stopped", "resumed", "slept"]);
      loop.close();
    }
  });

  it("tasks go on in the next run where they were", async () => {
    const loop = virtualLoop();
    const log: number[] = [];
    const task = loop.createTask(async () => {
      for (let i = 0; i < 3; i++) {
        log.push(i);
        await sleep(10);
      }
    });
    await loop.runUntilComplete(() => sleep(5));
    await loop.runUntilComplete(() => sleep(10));
    assert.deepEqual(log, [0, 1]);
    await loop.runUntilComplete(task);
    assert.deepEqual(log, [0, 1, 2]);
    loop.close();
  });
});

describe("A loop that runs", () => {
  it("refuses to be run again, with a rejection", async () => {
    const loop = virtualLoop();
    const running = loop.runForever();
    await assert.rejects(loop.runForever(), { name: "RuntimeError", message: /already running/ });
    await assert.rejects(loop.runUntilComplete(() => sleep(1)), RuntimeError);
    loop.stop();
    await running;
    loop.close();
  });

  it("refuses other runs inside its tasks and callbacks", () =>
    runVirtual(async (loop) => {
      const other = virtualLoop();
      for (const nested of [loop, other]) {
        await assert.rejects(async () => await nested.runForever(), RuntimeError);
        await assert.rejects(async () => await nested.runUntilComplete(() => sleep(1)), RuntimeError);
      }
      const fromCallback = new Future<Promise<void>[]>();
      loop.callSoon(() => fromCallback.setResult([other.runForever()]));
      await assert.rejects((await fromCallback)[0]!, RuntimeError);
      await assert.rejects(
        createTask(function* () {
          yield* sleep(0);
          return other.runForever();
        }).then((nested) => nested),
        RuntimeError,
      );
      assert.equal(other.isRunning(), false);
      other.close();
    }));

  it("leaves room for others beside it", async () => {
    const [one, other] = [virtualLoop(), newEventLoop()];
    const results = await Promise.all([
      one.runUntilComplete(async () => {
        await sleep(1000);
        return getRunningLoop();
      }),
      other.runUntilComplete(function* () {
        yield* sleep(5);
        return getRunningLoop();
      }),
    ]);
    assert.deepEqual(results.map((loop) => loop === one ? "one" : loop === other ? "other" : "?"), ["one", "other"]);
    one.close();
    other.close();
  });

  it("takes callbacks from tasks of another loop, and calls them as its own", async () => {
    const [one, other] = [virtualLoop(), newEventLoop()];
    const called = other.createFuture<EventLoop>();
    const running = other.runUntilComplete(called);
    await one.runUntilComplete(async () => {
      await sleep(1);
      other.callSoonThreadsafe(() => called.setResult(getRunningLoop()));
      assert.equal(getRunningLoop(), one);
      await sleep(1);
      assert.equal(getRunningLoop(), one);
    });
    assert.equal(await running, other);
    one.close();
    other.close();
  });

  it("refuses to be closed", () =>
    runVirtual(async (loop) => {
      assert.throws(() => loop.close(), { name: "RuntimeError", message: /running/ });
    }));

  it("is what getRunningLoop and getEventLoop give in tasks, helpers and callbacks; outside they throw", () => {
    assert.throws(() => getRunningLoop(), { name: "RuntimeError", message: "no running event loop" });
    assert.throws(() => getEventLoop(), RuntimeError);
    return runVirtual(async (loop) => {
      const helper = async (): Promise<unknown> => {
        await Promise.resolve();
        await sleep(1);
        return getRunningLoop();
      };
      assert.equal(getRunningLoop(), loop);
      assert.equal(getEventLoop(), loop);
      assert.equal(await helper(), loop);
      assert.equal(
        await createTask(function* () {
          yield* sleep(1);
          return getRunningLoop();
        }),
        loop,
      );
      const inCallback = new Future();
      loop.callSoon(() => inCallback.setResult(getRunningLoop()));
      assert.equal(await inCallback, loop);
    });
  });
});

describe("A closed loop", () => {
  it("refuses what would need it", async () => {
    const loop = newEventLoop();
    loop.close();
    loop.close();
    assert.equal(loop.isClosed(), true);
    const message = "Event loop is closed";
    assert.throws(() => loop.callSoon(() => {}), { name: "RuntimeError", message });
    assert.throws(() => loop.callSoonThreadsafe(() => {}), { name: "RuntimeError", message });
    assert.throws(() => loop.callLater(1, () => {}), { name: "RuntimeError", message });
    assert.throws(() => loop.callAt(1, () => {}), { name: "RuntimeError", message });
    assert.throws(() => loop.createTask(() => sleep(1)), { name: "RuntimeError", message });
    await assert.rejects(loop.runForever(), { name: "RuntimeError", message });
    await assert.rejects(loop.runUntilComplete(() => sleep(1)), { name: "RuntimeError", message });
  });

  it("has forgotten what was scheduled, and told of the tasks that are pending", async () => {
    const loop = virtualLoop();
    const told: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => void told.push(context));
    const task = loop.createTask(() => new Future({ loop }), { name: "forgotten" });
    loop.callLater(1, () => assert.fail("was called"));
    await loop.runUntilComplete(() => sleep(0));
    loop.close();
    assert.deepEqual(told, [{ message: "Task was destroyed but it is pending!", task }]);
    assert.equal(allTasks(loop).size, 0);
  });

  it("may still have its futures completed, which nobody is told", () => {
    const loop = newEventLoop();
    const future = loop.createFuture<number>();
    future.addDoneCallback(() => assert.fail("was called"));
    loop.close();
    future.setResult(1);
    assert.equal(future.result(), 1);
  });

  it("asyncDispose stops and closes it", async () => {
    const loop = virtualLoop();
    const running = loop.runForever();
    await loop[Symbol.asyncDispose]();
    await running;
    assert.equal(loop.isClosed(), true);
    await loop[Symbol.asyncDispose]();
  });
});

describe("allTasks", () => {
  it("gives the tasks that are not done, of the running loop or of the one given", () =>
    runVirtual(async (loop) => {
      const self = [...allTasks()];
      assert.equal(self.length, 1);
      const tasks = ["a", "b", "c"].map((name) => createTask(() => sleep(10), { name }));
      assert.deepEqual([...allTasks()].map((task) => task.getName()).slice(1), ["a", "b", "c"]);
      assert.deepEqual([...allTasks(loop)], [self[0], ...tasks]);
      const other = newEventLoop();
      assert.equal(allTasks(other).size, 0);
      other.close();
      tasks[1]!.cancel();
      await sleep(1);
      assert.deepEqual([...allTasks()], [self[0], tasks[0], tasks[2]]);
      await sleep(20);
      assert.deepEqual([...allTasks()], self);
    }));
});

describe("shutdownAsyncgens", () => {
  it("closes the async generators that are open, which may wait; one that was never asked for is not started", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const numbers = asyncgen(async function* (name: string) {
        try {
          log.push(`${name} began`);
          for (let i = 0;; i++) yield i;
        } finally {
          await sleep(5);
          log.push(`${name} closed`);
        }
      });
      const [open, ended, untouched] = [numbers("open"), numbers("ended"), numbers("untouched")];
      await open.next();
      for await (const _ of ended) break;
      await loop.shutdownAsyncgens();
      assert.deepEqual(log, ["open began", "ended began", "ended closed", "open closed"]);
      assert.deepEqual(await open.next(), { done: true, value: undefined });
      assert.ok(untouched);
      await loop.shutdownAsyncgens();
    }));

  it("tells the exception handler of errors, with the generator, and closes the others", () =>
    runVirtual(async (loop) => {
      const told: ExceptionContext[] = [];
      const handler = loop.getExceptionHandler();
      loop.setExceptionHandler((_loop, context) => void told.push(context));
      const error = new Error("bad clean-up");
      let closed = false;
      const failing = asyncgen(async function* () {
        try {
          yield 1;
        } finally {
          await Promise.reject(error);
        }
      })();
      const good = asyncgen(async function* () {
        try {
          yield 1;
        } finally {
          closed = true;
        }
      })();
      await failing.next();
      await good.next();
      await loop.shutdownAsyncgens();
      loop.setExceptionHandler(handler);
      assert.equal(closed, true);
      assert.equal(told.length, 1);
      assert.equal(told[0]!.exception, error);
      assert.equal(told[0]!["asyncgen"], failing);
    }));
});
