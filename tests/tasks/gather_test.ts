import { createTask, Future, gather, isCancelled, isFuture, newEventLoop, sleep, Task, type Waitable } from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { reportsOf, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("gather", () => {
  bothColours("gives the results in the order given, whatever ends first", function* ({ loop, body }) {
    const after = (delay: number, value: string) =>
      body(function* () {
        return yield* wait(sleep(delay, value));
      });
    assert.deepEqual(yield* wait(gather([after(30, "a"), after(10, "b"), after(20, "c")])), ["a", "b", "c"]);
    assert.equal(loop.time(), 30);
  });

  bothColours("takes everything that can be waited for, from any iterable", function* ({ body }) {
    const future = new Future<string>();
    future.setResult("future");
    const aws = new Set<Waitable<string>>([
      body(function* () {
        return "function";
      }),
      sleep(1, "awaitable"),
      Promise.resolve("promise"),
      future,
      createTask(() => sleep(1, "task")),
    ]);
    assert.deepEqual(yield* wait(gather(aws)), ["function", "awaitable", "promise", "future", "task"]);
  });

  bothColours("starts at the call", function* ({ body }) {
    const log: string[] = [];
    const gathered = gather([body(function* () {
      log.push("ran");
    })]);
    assert.ok(isFuture(gathered) && !(gathered instanceof Task));
    yield* wait(sleep(0));
    assert.deepEqual(log, ["ran"]);
    yield* wait(gathered);
  });

  bothColours("of nothing is done", function* () {
    const gathered = gather([]);
    assert.deepEqual(yield* wait(gathered), []);
  });

  bothColours("starts what is given twice once, a function twice", function* () {
    let calls = 0;
    const fn = (): Future<number> => {
      const future = new Future<number>();
      future.setResult(++calls);
      return future;
    };
    const lazy = sleep(1, "x");
    assert.deepEqual(yield* wait(gather([lazy, lazy])), ["x", "x"]);
    assert.deepEqual(yield* wait(gather([fn, fn])), [1, 2]);
    const future = new Future<string>();
    const gathered = gather([future, future]);
    future.setResult("y");
    assert.deepEqual(yield* wait(gathered), ["y", "y"]);
  });

  bothColours("fails with the first error at once, and the others go on", function* ({ loop, body }) {
    const log: string[] = [];
    const error = new Error("first");
    const gathered = gather([
      body(function* () {
        yield* wait(sleep(10));
        throw error;
      }),
      body(function* () {
        yield* wait(sleep(20));
        log.push("went on");
      }),
    ]);
    let thrown: unknown;
    try {
      yield* wait(gathered);
    } catch (caught) {
      thrown = caught;
    }
    assert.equal(thrown, error);
    assert.equal(loop.time(), 10);
    yield* wait(sleep(20));
    assert.deepEqual(log, ["went on"]);
  });

  it("reports no later error of the others, nor one that it has passed on", async () => {
    const failing = (delay: number) => async () => {
      await sleep(delay);
      throw new Error(`after ${delay}`);
    };
    const reports = await reportsOf(async () => {
      await assert.rejects(async () => await gather([failing(10), failing(20)]), /after 10/);
      await sleep(50);
    });
    assert.deepEqual(reports, []);
  });

  bothColours("with returnExceptions gives errors and cancellations as results, and waits for all", function* ({ loop, body }) {
    const error = new Error("bad");
    const cancelled = new Future<number>();
    cancelled.cancel("gone");
    const results = yield* wait(gather([
      body(function* () {
        throw error;
      }),
      body(function* () {
        return yield* wait(sleep(20, "good"));
      }),
      cancelled,
    ], { returnExceptions: true }));
    assert.equal(results[0], error);
    assert.equal(results[1], "good");
    assert.ok(isCancelled(results[2]));
    assert.equal(results[2].message, "gone");
    assert.equal(loop.time(), 20);
  });

  bothColours("cancelled cancels all that are not done, and is cancelled when they are", function* ({ body }) {
    const log: string[] = [];
    const slow = (name: string) =>
      body(function* () {
        try {
          yield* wait(sleep(1000));
        } finally {
          yield* wait(sleep(5));
          log.push(name);
        }
      });
    const done = createTask(body(function* () {
      return "done";
    }));
    yield* wait(sleep(1));
    const gathered = gather([slow("a"), done, slow("b")]);
    yield* wait(sleep(1));
    assert.equal(gathered.cancel("stop"), true);
    assert.equal(gathered.done(), false);
    let thrown: unknown;
    try {
      yield* wait(gathered);
    } catch (error) {
      thrown = error;
    }
    assert.ok(isCancelled(thrown));
    assert.deepEqual(log, ["a", "b"]);
    assert.equal(done.result(), "done");
    assert.equal(gathered.cancel(), false);
  });

  bothColours("cancelled with returnExceptions is still cancelled", function* ({ body }) {
    const task = createTask(body(function* () {
      return yield* wait(gather([() => sleep(1000)], { returnExceptions: true }));
    }));
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(sleep(1));
    assert.equal(task.cancelled(), true);
  });

  bothColours("cancelled when a child swallows it is still cancelled", function* ({ body }) {
    const gathered = gather([body(function* () {
      try {
        yield* wait(sleep(1000));
      } catch {
        return "swallowed";
      }
      return "slept";
    })], { returnExceptions: true });
    yield* wait(sleep(1));
    gathered.cancel();
    let thrown: unknown;
    try {
      yield* wait(gathered);
    } catch (error) {
      thrown = error;
    }
    assert.ok(isCancelled(thrown));
  });

  bothColours("a child that is cancelled from outside fails it with CancelledError, without cancelling the others", function* () {
    const [first, second] = [new Future<number>(), new Future<number>()];
    const gathered = gather([first, second]);
    first.cancel("child gone");
    let thrown: unknown;
    try {
      yield* wait(gathered);
    } catch (error) {
      thrown = error;
    }
    assert.ok(isCancelled(thrown));
    assert.equal(second.done(), false);
    assert.equal(gathered.cancelled(), false);
  });

  bothColours("cancel() is false when all children are done already", function* () {
    const future = new Future<number>();
    const gathered = gather([future]);
    future.setResult(1);
    assert.equal(gathered.cancel(), false);
    assert.deepEqual(yield* wait(gathered), [1]);
  });

  bothColours("can be nested, and cancellation goes down", function* () {
    const futures = Array.from({ length: 4 }, () => new Future<number>());
    const [a, b, c, d] = futures as [Future<number>, Future<number>, Future<number>, Future<number>];
    const outer = gather([gather([a, b]), gather([c, gather([d])])]);
    yield* wait(sleep(0));
    outer.cancel();
    yield* wait(sleep(1));
    assert.ok(futures.every((future) => future.cancelled()));
    assert.equal(outer.done(), true);
    try {
      yield* wait(outer);
    } catch (error) {
      assert.ok(isCancelled(error));
    }
  });

  it("refuses what is no iterable and what cannot be waited for, at the call", () =>
    runVirtual(async () => {
      for (const value of [null, undefined, 7, Promise.resolve([]), () => {}]) {
        assert.throws(() => gather(value as unknown as Waitable<number>[]), TypeError);
      }
      for (const value of [null, undefined, 7, "text", {}]) assert.throws(() => gather([value as unknown as Waitable<number>]), TypeError);
    }));

  it("refuses futures of different loops", () =>
    runVirtual(async () => {
      const other = newEventLoop();
      assert.throws(() => gather([new Future(), new Future({ loop: other })]), RangeError);
      other.close();
    }));

  it("of a thousand", () =>
    runVirtual(async () => {
      const results = await gather(Array.from({ length: 1000 }, (_, i) => async () => await sleep(i % 10, i)));
      assert.deepEqual(results, Array.from({ length: 1000 }, (_, i) => i));
    }));
});
