import { createTask, isCancelled, sleep } from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runHost, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("sleep", () => {
  bothColours("waits, and gives its result", function* ({ loop }) {
    assert.equal(yield* wait(sleep(10, "result")), "result");
    assert.equal(loop.time(), 10);
    assert.equal(yield* wait(sleep(5)), undefined);
    assert.equal(loop.time(), 15);
  });

  bothColours("of zero or less gives up exactly one turn", function* ({ loop }) {
    for (const delay of [0, -0, -1, -Infinity]) {
      const log: string[] = [];
      loop.callSoon(() => {
        log.push("first turn");
        loop.callSoon(() => log.push("second turn"));
      });
      assert.equal(yield* wait(sleep(delay, "result")), "result");
      assert.deepEqual(log, ["first turn"]);
      yield* wait(sleep(0));
    }
    assert.equal(loop.time(), 0);
  });

  bothColours("counts from the await, not from the call", function* ({ loop }) {
    const later = sleep(10);
    yield* wait(sleep(100));
    yield* wait(later);
    assert.equal(loop.time(), 110);
  });

  bothColours("of Infinity waits until it is cancelled", function* ({ body }) {
    const task = createTask(body(function* () {
      yield* wait(sleep(Infinity));
    }));
    yield* wait(sleep(1e12));
    assert.equal(task.done(), false);
    task.cancel();
    yield* wait(sleep(0));
    assert.equal(task.cancelled(), true);
  });

  bothColours("beyond 2**31 ms lasts as long as it says", function* ({ loop }) {
    yield* wait(sleep(2 ** 31 + 5));
    assert.equal(loop.time(), 2 ** 31 + 5);
    yield* wait(sleep(2 ** 40));
    assert.equal(loop.time(), 2 ** 31 + 5 + 2 ** 40);
  });

  bothColours("cancelled leaves no timer behind", function* ({ loop, body }) {
    let thrown: unknown;
    const task = createTask(body(function* () {
      try {
        yield* wait(sleep(1e9));
      } catch (error) {
        thrown = error;
      }
    }));
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(task);
    assert.ok(isCancelled(thrown));
    assert.equal(loop.time(), 1);
  });

  bothColours("wakes many in the order of their times", function* ({ body }) {
    const log: number[] = [];
    const tasks = [30, 10, 20, 10, 0].map((delay) =>
      createTask(body(function* () {
        yield* wait(sleep(delay));
        log.push(delay);
      }))
    );
    for (const task of tasks) yield* wait(task);
    assert.deepEqual(log, [0, 10, 10, 20, 30]);
  });

  it("refuses NaN with a RangeError and what is no number with a TypeError, at the call", () => {
    assert.throws(() => sleep(NaN), RangeError);
    for (const delay of ["10", null, undefined, {}, 10n]) assert.throws(() => sleep(delay as unknown as number), TypeError);
  });

  it("does not end early on the host", () =>
    runHost(async (loop) => {
      for (const delay of [0.2, 1, 1.7, 5]) {
        const start = loop.time();
        await sleep(delay);
        assert.ok(loop.time() - start >= delay - 0.01, `${delay}: ${loop.time() - start}`);
      }
    }));

  it("that nobody awaits does nothing", () =>
    runVirtual(async (loop) => {
      sleep(10);
      await sleep(1);
      assert.equal(loop.time(), 1);
    }));

  it("yielded without a star is an error there, one turn later", () =>
    runVirtual(function* () {
      for (const delay of [10, 0]) {
        try {
          yield sleep(delay) as never;
          assert.fail("accepted");
        } catch (error) {
          assert.equal((error as Error).name, "RuntimeError");
          assert.match((error as Error).message, /^Task got bad yield: .* yielded \[object Coroutine\]$/);
        }
      }
    }));
});
