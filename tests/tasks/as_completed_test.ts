import {
  asCompleted,
  type Awaitable,
  CancelledError,
  createTask,
  Future,
  isCancelled,
  newEventLoop,
  sleep,
  type Task,
  TimeoutError,
} from "../../mod.ts";
import { bothColours, errorOf, wait } from "../_kit/colours.ts";
import { runHost, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Tasks that end after so many milliseconds, with that as their result. */
function tasksOf(...delays: number[]): Task<number>[] {
  return delays.map((delay) => createTask(sleep(delay, delay)));
}

describe("asCompleted, as an iterable", () => {
  bothColours("gives results in the order in which they come", function* ({ loop, body }) {
    const results: unknown[] = [];
    const aws = [
      ...tasksOf(30, 10),
      sleep(20, 20),
      () => sleep(5, 5),
      body(function* () {
        return yield* wait(sleep(15, 15));
      }),
    ];
    for (const next of asCompleted(aws)) results.push([yield* wait(next), loop.time()]);
    assert.deepEqual(results, [[5, 5], [10, 10], [15, 15], [20, 20], [30, 30]]);
  });

  bothColours("throws what failed or was cancelled at its place", function* () {
    const futures = [new Future<string>(), new Future<string>(), new Future<string>()];
    const all = asCompleted(futures);
    futures[2]!.setException(new RangeError("failed"));
    futures[0]!.cancel();
    futures[1]!.setResult("done");
    const seen: unknown[] = [];
    for (const next of all) {
      try {
        seen.push(yield* wait(next));
      } catch (error) {
        seen.push((error as Error).name);
      }
    }
    assert.deepEqual(seen, ["RangeError", "CancelledError", "done"]);
  });

  bothColours("gives the same object once, and calls a function each time that it is given", function* () {
    const [task] = tasksOf(10);
    const coroutine = sleep(20, 20);
    let calls = 0;
    const count = () => sleep(0, ++calls);
    const seen: unknown[] = [];
    for (const next of asCompleted([task!, task!, coroutine, coroutine, count, count])) seen.push(yield* wait(next));
    assert.deepEqual(seen, [1, 2, 10, 20]);
  });

  bothColours("may be asked for all at once; the first to wait gets the first", function* ({ loop }) {
    const all = [...asCompleted(tasksOf(30, 10, 20))];
    const waiting = all.map((next) => createTask(next));
    yield* wait(sleep(0));
    waiting[0]!.cancel();
    yield* errorOf(wait(waiting[0]!));
    assert.equal(yield* wait(waiting[1]!), 10);
    assert.equal(yield* wait(waiting[2]!), 20);
    yield* wait(sleep(10));
    assert.equal(loop.time(), 30);
  });

  bothColours("one that is woken and cancelled in the same turn wakes the next", function* () {
    const future = new Future<string>();
    const others = [new Future<string>(), new Future<string>()];
    const waiting = [...asCompleted([future, ...others])].map((next) => createTask(next));
    yield* wait(sleep(0));
    future.addDoneCallback(() => waiting[0]!.cancel());
    future.setResult("first");
    assert.equal(yield* wait(waiting[1]!), "first");
    assert.equal(waiting[0]!.cancelled(), true);
    others[0]!.setResult("second");
    assert.equal(yield* wait(waiting[2]!), "second");
  });

  bothColours("of promises", function* ({ body }) {
    const task = createTask(body(function* () {
      const seen: unknown[] = [];
      for (const next of asCompleted([Promise.resolve("promise"), sleep(10, "sleep")])) seen.push(yield* wait(next));
      return seen;
    }));
    assert.deepEqual(yield* wait(task), ["promise", "sleep"]);
  });
});

describe("asCompleted, asynchronously", () => {
  bothColours("gives the finished futures themselves, failed ones too", function* ({ loop }) {
    const tasks = tasksOf(30, 10);
    const failed = createTask(function* () {
      yield* sleep(20);
      throw new RangeError("failed");
    });
    const all = asCompleted<Task<unknown>>([...tasks, failed]);
    assert.equal(all[Symbol.asyncIterator](), all);
    const seen: unknown[] = [];
    for (let step = yield* wait(all.next()); !step.done; step = yield* wait(all.next())) seen.push([step.value, loop.time()]);
    assert.deepEqual(seen, [[tasks[1], 10], [failed, 20], [tasks[0], 30]]);
    assert.equal((failed.exception() as Error).message, "failed");
    assert.deepEqual(yield* wait(all.next()), { done: true, value: undefined });
  });

  it("in a for await, left early", () =>
    runVirtual(async (loop) => {
      const tasks = tasksOf(10, 20);
      for await (const task of asCompleted(tasks)) {
        assert.equal(task, tasks[0]);
        assert.equal(await task, 10);
        break;
      }
      assert.equal(await tasks[1], 20);
      assert.equal(loop.time(), 20);
    }));

  bothColours("shares its steps with the other kind of iteration", function* () {
    const tasks = tasksOf(10, 20, 30);
    const all = asCompleted(tasks);
    const iterator = all[Symbol.iterator]();
    assert.equal(yield* wait(iterator.next().value as Awaitable<number>), 10);
    assert.equal((yield* wait(all.next())).value, tasks[1]);
    assert.equal([...all].length, 1);
    assert.deepEqual([iterator.next().done, yield* wait(all.next())], [true, { done: true, value: undefined }]);
    yield* wait(tasks[2]!);
  });

  bothColours("cancelling the wait cancels nothing else", function* () {
    const tasks = tasksOf(10);
    const waiting = createTask(asCompleted(tasks).next());
    yield* wait(sleep(1));
    waiting.cancel();
    assert.ok(isCancelled(yield* errorOf(wait(waiting))));
    assert.equal(yield* wait(tasks[0]!), 10);
  });

  bothColours("of nothing gives nothing, and starts no timer", function* () {
    assert.deepEqual([...asCompleted([], { timeout: 10 })], []);
    assert.deepEqual(yield* wait(asCompleted([]).next()), { done: true, value: undefined });
  });
});

describe("asCompleted with a timeout", () => {
  bothColours("throws TimeoutError for each one missing, and cancels nothing", function* ({ loop }) {
    const tasks = tasksOf(10, 50, 60);
    const seen: unknown[] = [];
    for (const next of asCompleted(tasks, { timeout: 20 })) {
      try {
        seen.push([yield* wait(next), loop.time()]);
      } catch (error) {
        seen.push([(error as Error).name, loop.time()]);
      }
    }
    assert.deepEqual(seen, [[10, 10], ["TimeoutError", 20], ["TimeoutError", 20]]);
    assert.equal(yield* wait(tasks[2]!), 60);
  });

  bothColours("counts from the call, in asynchronous iteration too", function* ({ loop }) {
    const tasks = tasksOf(10, 50);
    const all = asCompleted(tasks, { timeout: 20 });
    yield* wait(sleep(15));
    assert.equal((yield* wait(all.next())).value, tasks[0]);
    assert.ok((yield* errorOf(wait(all.next()))) instanceof TimeoutError);
    assert.equal(loop.time(), 20);
    assert.equal((yield* wait(all.next())).done, true);
    yield* wait(tasks[1]!);
  });

  bothColours("leaves no timer behind when all have ended", function* () {
    for (const next of asCompleted(tasksOf(1, 2), { timeout: 1e6 })) yield* wait(next);
  });

  it("works on the host", () =>
    runHost(async () => {
      const seen: unknown[] = [];
      const tasks = [createTask(sleep(1, "quick")), createTask(sleep(60_000))];
      for (const next of asCompleted(tasks, { timeout: 20 })) seen.push(await next.catch((error) => error.name));
      assert.deepEqual(seen, ["quick", "TimeoutError"]);
      tasks[1]!.cancel();
      await assert.rejects(async () => await tasks[1], CancelledError);
    }));
});

describe("asCompleted refuses", () => {
  it("what is no iterable, at the call, and starts nothing", () =>
    runVirtual(async () => {
      const [task] = tasksOf(1);
      for (const value of [null, undefined, 7, "ab", task, sleep(1), Promise.resolve()]) {
        assert.throws(() => asCompleted(value as unknown as []), { name: "TypeError", message: /an iterable was expected/ });
      }
      let calls = 0;
      const coroutine = (function* () {
        yield* new Future();
      })();
      assert.throws(() => asCompleted(coroutine as unknown as []), TypeError); // no iterable of what can be waited for
      for (const value of [null, 7, "a", {}]) {
        assert.throws(() => asCompleted([() => sleep(0, ++calls), value as unknown as Task<number>]), TypeError);
      }
      await task;
      assert.equal(calls, 0);
    }));

  it("a timeout that is NaN or no number", () => {
    assert.throws(() => asCompleted([], { timeout: NaN }), RangeError);
    assert.throws(() => asCompleted([], { timeout: "1" as unknown as number }), TypeError);
  });

  it("futures of different loops", () => {
    const loops = [newEventLoop(), newEventLoop()];
    const futures = loops.map((loop) => new Future({ loop }));
    assert.throws(() => asCompleted(futures), RangeError);
    for (const loop of loops) loop.close();
  });
});

describe("asCompleted of many", () => {
  it("100,000 tasks, all awaited at once", () =>
    runVirtual(async () => {
      const tasks = Array.from({ length: 100_000 }, (_, i) => createTask(sleep(1 + i % 3, i)));
      let sum = 0;
      const waiting = [...asCompleted(tasks)].map((next) =>
        createTask(function* () {
          const value = yield* next;
          sum += value;
        })
      );
      for (const task of waiting) await task;
      assert.equal(sum, 100_000 * 99_999 / 2);
    }));
});
