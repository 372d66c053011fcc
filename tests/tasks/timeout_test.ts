import {
  createTask,
  currentTask,
  Future,
  isCancelled,
  newEventLoop,
  RuntimeError,
  sleep,
  Timeout,
  timeout,
  timeoutAt,
  TimeoutError,
} from "../../mod.ts";
import { bothColours, errorOf, wait } from "../_kit/colours.ts";
import { runHost, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("timeout", () => {
  bothColours("gives what the body returns in time, and leaves no timer behind", function* ({ loop, body }) {
    const value = yield* wait(timeout(
      100,
      body(function* (scope: Timeout) {
        assert.ok(scope instanceof Timeout);
        assert.equal(scope.when(), 100);
        return yield* wait(sleep(10, "value"));
      }),
    ));
    assert.equal(value, "value");
    assert.equal(loop.time(), 10);
  });

  bothColours("runs its body in the calling task, at once", function* ({ loop, body }) {
    const log: string[] = [];
    loop.callSoon(() => log.push("a turn"));
    const task = currentTask();
    const seen = yield* wait(timeout(
      100,
      body(function* () {
        return [currentTask(), log.length];
      }),
    ));
    assert.deepEqual(seen, [task, 0]);
    yield* wait(sleep(0));
  });

  bothColours(
    "throws TimeoutError when the time is over, after the body's clean-up; the cause is the cancellation",
    function* ({ loop, body }) {
      const log: string[] = [];
      const error = yield* errorOf(wait(timeout(
        10,
        body(function* () {
          try {
            yield* wait(sleep(1000));
          } finally {
            yield* wait(sleep(5));
            log.push("cleaned up");
          }
        }),
      )));
      assert.ok(error instanceof TimeoutError);
      assert.equal(error.message, "");
      assert.ok(isCancelled(error.cause));
      assert.deepEqual(log, ["cleaned up"]);
      assert.equal(loop.time(), 15);
      assert.equal(currentTask()!.cancelling(), 0);
      yield* wait(sleep(1));
    },
  );

  bothColours("of null is for ever", function* ({ body }) {
    const value = yield* wait(timeout(
      null,
      body(function* (scope: Timeout) {
        assert.equal(scope.when(), null);
        return yield* wait(sleep(1e9, "value"));
      }),
    ));
    assert.equal(value, "value");
  });

  bothColours("of zero or less lets the body run to its first wait", function* ({ body }) {
    for (const delay of [0, -10]) {
      const log: string[] = [];
      const error = yield* errorOf(wait(timeout(
        delay,
        body(function* () {
          log.push("began");
          yield* wait(sleep(1000));
          log.push("went on");
        }),
      )));
      assert.ok(error instanceof TimeoutError);
      assert.deepEqual(log, ["began"]);
      const value = yield* wait(timeout(
        delay,
        body(function* () {
          return "without a wait";
        }),
      ));
      assert.equal(value, "without a wait");
    }
  });

  bothColours("counts from the await, not from the call", function* ({ loop, body }) {
    const later = timeout(
      10,
      body(function* () {
        return yield* wait(sleep(5, "in time"));
      }),
    );
    yield* wait(sleep(100));
    assert.equal(yield* wait(later), "in time");
    assert.equal(loop.time(), 105);
  });

  bothColours("passes the body's own error on, before and after the time", function* ({ body }) {
    const early = yield* errorOf(wait(timeout(
      10,
      body(function* () {
        yield* wait(sleep(1));
        throw new RangeError("early");
      }),
    )));
    assert.ok(early instanceof RangeError);
    const late = yield* errorOf(wait(timeout(
      10,
      body(function* () {
        try {
          yield* wait(sleep(1000));
        } catch {
          throw new RangeError("late");
        }
      }),
    )));
    assert.ok(late instanceof RangeError);
    assert.equal(currentTask()!.cancelling(), 0);
  });

  bothColours("puts a TimeoutError in the place of the cancellation that caused the body's error", function* ({ body }) {
    const error = yield* errorOf(wait(timeout(
      10,
      body(function* () {
        try {
          yield* wait(sleep(1000));
        } catch (cause) {
          throw new RangeError("wrapped", { cause });
        }
      }),
    )));
    assert.ok(error instanceof RangeError);
    assert.ok(error.cause instanceof TimeoutError);
    assert.ok(isCancelled(error.cause.cause));
  });

  bothColours("is no TimeoutError when the task was cancelled", function* ({ body }) {
    const task = createTask(body(function* () {
      yield* wait(timeout(
        100,
        body(function* () {
          yield* wait(sleep(1000));
        }),
      ));
    }));
    yield* wait(sleep(1));
    task.cancel("stop");
    yield* wait(sleep(1));
    assert.equal(task.cancelled(), true);
    assert.throws(() => task.result(), { message: "stop" });
  });

  bothColours("nested: the inner one's error can be caught inside the outer one", function* ({ loop, body }) {
    const value = yield* wait(timeout(
      100,
      body(function* () {
        const error = yield* errorOf(wait(timeout(
          10,
          body(function* () {
            yield* wait(sleep(1000));
          }),
        )));
        assert.ok(error instanceof TimeoutError);
        return yield* wait(sleep(10, "went on"));
      }),
    ));
    assert.equal(value, "went on");
    assert.equal(loop.time(), 20);
  });

  bothColours("nested: the outer one ends the inner one's body, whose error is CancelledError there", function* ({ loop, body }) {
    const seen: unknown[] = [];
    const error = yield* errorOf(wait(timeout(
      10,
      body(function* () {
        const inner = yield* errorOf(wait(timeout(
          100,
          body(function* () {
            yield* wait(sleep(1000));
          }),
        )));
        seen.push(inner);
        throw inner;
      }),
    )));
    assert.ok(isCancelled(seen[0]));
    assert.ok(error instanceof TimeoutError);
    assert.equal(loop.time(), 10);
    assert.equal(currentTask()!.cancelling(), 0);
  });

  bothColours("one after the other in one task", function* ({ body }) {
    for (let i = 0; i < 10; i++) {
      const error = yield* errorOf(wait(timeout(
        5,
        body(function* () {
          yield* wait(sleep(i % 2 === 0 ? 1000 : 1));
        }),
      )));
      assert.equal(error instanceof TimeoutError, i % 2 === 0);
    }
    assert.equal(currentTask()!.cancelling(), 0);
  });

  bothColours("cancels the future that the body waits for", function* ({ body }) {
    const future = new Future();
    yield* errorOf(wait(timeout(
      10,
      body(function* () {
        yield* wait(future);
      }),
    )));
    assert.equal(future.cancelled(), true);
  });

  bothColours("uncancelled before: what its task was asked earlier is not taken for its own", function* ({ body }) {
    const task = createTask(body(function* () {
      try {
        yield* wait(sleep(1000));
      } catch {
        // asked once, and goes on
      }
      const error = yield* errorOf(wait(timeout(
        10,
        body(function* () {
          yield* wait(sleep(1000));
        }),
      )));
      return [(error as Error).name, currentTask()!.cancelling()];
    }));
    yield* wait(sleep(1));
    task.cancel();
    assert.deepEqual(yield* wait(task), ["TimeoutError", 1]);
  });

  bothColours("a request that its task kept before is not taken for one that came meanwhile", function* ({ body }) {
    const task = createTask(body(function* () {
      currentTask()!.cancel();
      const error = yield* errorOf(wait(timeout(
        0,
        body(function* () {
          yield* wait(sleep(1000));
        }),
      )));
      return [(error as Error).name, currentTask()!.cancelling()];
    }));
    assert.deepEqual(yield* wait(task), ["TimeoutError", 1]);
  });

  bothColours("a body that takes its request back leaves no count below zero", function* ({ body }) {
    const task = createTask(body(function* () {
      const error = yield* errorOf(wait(timeout(
        10,
        body(function* () {
          try {
            yield* wait(sleep(1000));
          } finally {
            currentTask()!.uncancel();
          }
        }),
      )));
      return [(error as Error).name, currentTask()!.cancelling()];
    }));
    assert.deepEqual(yield* wait(task), ["TimeoutError", 0]);
  });

  it("refuses a delay that is NaN or no number, at the call", () => {
    assert.throws(() => timeout(NaN, async () => {}), RangeError);
    for (const delay of ["10", undefined, {}]) assert.throws(() => timeout(delay as unknown as number, async () => {}), TypeError);
  });

  it("refuses a body that is no function, or gives nothing to wait for", () =>
    runVirtual(async () => {
      for (const value of [null, 7, Promise.resolve(), sleep(1)]) {
        await assert.rejects(async () => await timeout(10, value as unknown as () => Promise<void>), TypeError);
      }
      for (const value of [null, undefined, 7]) {
        await assert.rejects(async () => await timeout(10, () => value as unknown as Promise<void>), TypeError);
      }
      assert.equal(currentTask()!.cancelling(), 0);
    }));

  it("passes on what the body throws at its call", () =>
    runVirtual(async (loop) => {
      await assert.rejects(
        async () =>
          await timeout(10, () => {
            throw new RangeError("at the call");
          }),
        RangeError,
      );
      assert.equal(loop.time(), 0);
    }));

  it("works on the host", () =>
    runHost(async () => {
      await assert.rejects(async () => await timeout(5, () => sleep(60_000)), TimeoutError);
      assert.equal(await timeout(60_000, () => sleep(1, "in time")), "in time");
    }));
});

describe("timeoutAt", () => {
  bothColours("takes a time of the loop", function* ({ loop, body }) {
    yield* wait(sleep(50));
    const error = yield* errorOf(wait(timeoutAt(
      70,
      body(function* (scope: Timeout) {
        assert.equal(scope.when(), 70);
        yield* wait(sleep(1000));
      }),
    )));
    assert.ok(error instanceof TimeoutError);
    assert.equal(loop.time(), 70);
    assert.equal(yield* wait(timeoutAt(null, () => sleep(1, "for ever"))), "for ever");
    const past = yield* errorOf(wait(timeoutAt(10, () => sleep(1))));
    assert.ok(past instanceof TimeoutError);
    assert.equal(loop.time(), 71);
  });
});

describe("Timeout", () => {
  bothColours("says afterwards whether it has expired", function* ({ body }) {
    const inTime = new Timeout(100);
    assert.equal(inTime.expired(), false);
    yield* wait(inTime.run(body(function* () {
      yield* wait(sleep(1));
    })));
    assert.equal(inTime.expired(), false);
    const late = new Timeout(10);
    const error = yield* errorOf(wait(late.run(body(function* () {
      yield* wait(sleep(1000));
    }))));
    assert.ok(error instanceof TimeoutError);
    assert.equal(late.expired(), true);
    assert.equal(late.when(), 10);
  });

  bothColours("can be moved: later, earlier, to never, into the past", function* ({ loop, body }) {
    const moved = (when: number | null) =>
      errorOf(wait(new Timeout(loop.time() + 50).run(body(function* (scope: Timeout) {
        scope.reschedule(when === null ? null : loop.time() + when);
        assert.equal(scope.when(), when === null ? null : loop.time() + when);
        yield* wait(sleep(100));
      }))));
    const ends: unknown[] = [];
    for (const when of [80, 10, null, 200, -10]) {
      const start = loop.time();
      const error = yield* moved(when);
      ends.push([error === undefined ? "in time" : (error as Error).name, loop.time() - start]);
    }
    assert.deepEqual(ends, [["TimeoutError", 80], ["TimeoutError", 10], ["in time", 100], ["in time", 100], ["TimeoutError", 0]]);
  });

  bothColours("cannot be moved before, while it expires, and after", function* ({ body }) {
    const scope = new Timeout(10);
    assert.throws(() => scope.reschedule(20), { name: "RuntimeError", message: "Timeout has not been entered" });
    yield* errorOf(wait(scope.run(body(function* () {
      try {
        yield* wait(sleep(1000));
      } finally {
        assert.throws(() => scope.reschedule(20), { name: "RuntimeError", message: "Cannot change state of expiring Timeout" });
      }
    }))));
    assert.throws(() => scope.reschedule(20), { name: "RuntimeError", message: "Cannot change state of expired Timeout" });
    const finished = new Timeout(null);
    yield* wait(finished.run(() => sleep(0)));
    assert.throws(() => finished.reschedule(20), { name: "RuntimeError", message: "Cannot change state of finished Timeout" });
  });

  bothColours("runs once", function* () {
    const scope = new Timeout(100);
    yield* wait(scope.run(() => sleep(1)));
    const error = yield* errorOf(wait(scope.run(() => sleep(1))));
    assert.ok(error instanceof RuntimeError);
    assert.equal(error.message, "Timeout has already been entered");
  });

  it("refuses a deadline that is NaN or no number", () => {
    assert.throws(() => new Timeout(NaN), RangeError);
    assert.throws(() => new Timeout("10" as unknown as number), TypeError);
  });

  it("of a task on a loop reads that loop's clock", async () => {
    const loop = newEventLoop();
    const when = await loop.runUntilComplete(() => timeout(1000, async (scope) => scope.when()! - loop.time()));
    assert.ok(when > 900 && when <= 1000, `${when}`);
    loop.close();
  });
});
