import { CancelledError, createTask, Future, sleep } from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { bothColours, type Steps, wait } from "../_kit/colours.ts";
import { reportsOf, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const { WaitIterator } = gen;

/** Index and result of each, to the end. */
function* all<T>(waiter: gen.WaitIterator<T>): Steps<[number | string | null, T][]> {
  const seen: [number | string | null, T][] = [];
  while (!waiter.done()) {
    const result = yield* wait(waiter.next());
    seen.push([waiter.currentIndex, result]);
  }
  return seen;
}

/** A future that the case completes. */
function pending<T = unknown>(): Future<T> {
  return new Future<T>();
}

describe("WaitIterator", () => {
  bothColours("gives results in the order of the ends, with their positions", function* () {
    const futures = [createTask(() => sleep(30, "a")), createTask(() => sleep(10, "b")), createTask(() => sleep(20, "c"))] as const;
    const waiter = new WaitIterator<string>(...futures);
    assert.deepEqual([waiter.currentIndex, waiter.currentFuture, waiter.done()], [null, null, false]);
    const seen: unknown[] = [];
    while (!waiter.done()) {
      const result = yield* wait(waiter.next());
      seen.push([waiter.currentIndex, result]);
      assert.equal(waiter.currentFuture, futures[waiter.currentIndex as number]);
    }
    assert.deepEqual(seen, [[1, "b"], [2, "c"], [0, "a"]]);
    assert.deepEqual([waiter.currentIndex, waiter.currentFuture], [null, null]);
  });

  bothColours("gives names where it was given a record", function* ({ body }) {
    const job = (delay: number) =>
      body(function* () {
        yield* wait(sleep(delay));
        return delay;
      });
    assert.deepEqual(yield* all(new WaitIterator({ x: job(20), y: job(10) })), [["y", 10], ["x", 20]]);
  });

  bothColours("gives those that are done already at once, first and in their order", function* () {
    const waiter = new WaitIterator<string>(sleep(1, "last"), gen.maybeFuture("first"), gen.maybeFuture("second"));
    const first = waiter.next();
    assert.deepEqual([first.done(), first.result(), waiter.currentIndex], [true, "first", 1]);
    assert.deepEqual(yield* all(waiter), [[2, "second"], [0, "last"]]);
  });

  bothColours("keeps what ends before it is asked for", function* () {
    const waiter = new WaitIterator<number>(sleep(2, 2), sleep(1, 1), sleep(3, 3));
    yield* wait(sleep(2));
    yield* wait(sleep(0));
    assert.deepEqual([waiter.next().done(), waiter.currentIndex], [true, 1]);
    assert.deepEqual(yield* all(waiter), [[0, 2], [2, 3]]);
  });

  bothColours("of nothing is done", function* () {
    for (const waiter of [new WaitIterator(), new WaitIterator({})]) {
      assert.equal(waiter.done(), true);
      assert.throws(() => waiter.next(), { name: "RuntimeError", message: /there are no more/ });
      yield* wait(sleep(0));
    }
  });

  bothColours("throws an error at the next() that stands for it, and goes on", function* ({ body }) {
    const error = new RangeError("bad");
    const fails = body(function* () {
      yield* wait(sleep(1));
      throw error;
    });
    const waiter = new WaitIterator<unknown>(fails, sleep(2, "good"));
    const seen: unknown[] = [];
    while (!waiter.done()) {
      try {
        seen.push(yield* wait(waiter.next()));
      } catch (caught) {
        seen.push(caught);
      }
      seen.push(waiter.currentIndex);
    }
    assert.deepEqual(seen, [error, 0, "good", 1]);
  });

  bothColours("gives the same thing once for each place", function* () {
    const same = sleep(1, "same");
    assert.deepEqual(yield* all(new WaitIterator<string>(same, same)), [[0, "same"], [1, "same"]]);
  });

  bothColours("serves several next() in their order, and refuses one too many", function* () {
    const [a, b] = [pending<string>(), pending<string>()];
    const waiter = new WaitIterator<string>(a, b);
    const [one, two] = [waiter.next(), waiter.next()];
    assert.throws(() => waiter.next(), { name: "RuntimeError" });
    assert.equal(waiter.done(), false);
    b.setResult("b");
    assert.equal(yield* wait(one), "b");
    a.setResult("a");
    assert.equal(yield* wait(two), "a");
    assert.equal(waiter.done(), true);
  });

  bothColours("loses no result when a next() is cancelled, and cancels nothing", function* ({ body }) {
    const [a, b] = [pending<string>(), pending<string>()];
    const waiter = new WaitIterator<string>(a, b);
    const impatient = createTask(body(function* () {
      yield* wait(waiter.next());
    }));
    yield* wait(sleep(1));
    impatient.cancel();
    yield* wait(sleep(1));
    assert.equal(impatient.cancelled(), true);
    b.setResult("b");
    a.setResult("a");
    assert.deepEqual(yield* all(waiter), [[1, "b"], [0, "a"]]);
  });

  bothColours("passes on that a thing was cancelled", function* () {
    const a = pending();
    const waiter = new WaitIterator(a);
    a.cancel("why");
    const next = waiter.next();
    try {
      yield* wait(next);
      assert.fail();
    } catch (error) {
      assert.ok(error instanceof CancelledError);
      assert.equal(error.message, "why");
    }
    assert.deepEqual([next.cancelled(), waiter.done()], [true, true]);
  });

  it("can be iterated with for await, to the end or the first error", () =>
    runVirtual(async () => {
      const seen: unknown[] = [];
      const waiter = new WaitIterator<number>(sleep(2, 2), sleep(1, 1));
      for await (const value of waiter) seen.push([waiter.currentIndex, value]);
      assert.deepEqual([seen, waiter.currentIndex], [[[1, 1], [0, 2]], null]);
      const error = new RangeError("bad");
      const fails = gen.coroutine(function* () {
        yield gen.sleep(2);
        throw error;
      });
      const other = new WaitIterator<unknown>(sleep(1, "good"), fails(), sleep(3, "rest"));
      const values: unknown[] = [];
      await assert.rejects(async () => {
        for await (const value of other) values.push(value);
      }, error);
      assert.deepEqual(values, ["good"]);
      assert.equal(await other.next(), "rest");
    }));

  it("has steps that generators can drive", () =>
    runVirtual(function* () {
      const steps = new WaitIterator<number>(sleep(2, 2), sleep(1, 1))[Symbol.asyncIterator]();
      const seen: unknown[] = [];
      const next = () => steps.next() as ReturnType<typeof sleep<IteratorResult<number>>>;
      for (let step = yield* next(); !step.done; step = yield* next()) seen.push(step.value);
      assert.deepEqual(seen, [1, 2]);
    }));

  it("leaves errors that were not asked for to be reported as of any future", async () => {
    const error = new Error("unseen");
    const reports = await reportsOf(async () => {
      const a = pending();
      new WaitIterator(a);
      a.setException(error);
      await sleep(1);
    });
    assert.deepEqual(reports.map(({ exception }) => exception), [error]);
  });

  it("refuses what cannot be waited for, and a mixture, before anything is started", () =>
    runVirtual(async () => {
      let started = false;
      const job = function* () {
        started = true;
      };
      const make = (...things: unknown[]) => () => new WaitIterator(...things as []);
      assert.throws(make(job, 5), {
        name: "TypeError",
        message: "Cannot make a WaitIterator: something to wait for was expected at 1, got number",
      });
      assert.throws(make([job]), { name: "TypeError", message: /expected at 0, got an array$/ });
      assert.throws(make({ a: job, b: null }), { name: "TypeError", message: /expected at b, got null$/ });
      assert.throws(make(undefined), { name: "TypeError" });
      assert.throws(make(new Map([["a", job]])), { name: "TypeError", message: /got an object of Map$/ });
      assert.throws(make(job, { a: job }), { name: "RangeError", message: /one by one or in one record, not both/ });
      assert.throws(make({ a: job }, { b: job }), { name: "RangeError" });
      assert.equal(started, false);
    }));
});
