import { Condition, createTask, currentTask, isCancelled, Lock, RuntimeError, sleep } from "../../mod.ts";
import { bothColours, type Steps, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { schedules } from "../_kit/schedules.ts";

describe("Condition", () => {
  bothColours("keeps the permit of its lock valid through a wait", function* ({ loop }) {
    const condition = new Condition();
    const permit = yield* wait(condition.acquire());
    const notify = createTask(() =>
      condition.run(function* () {
        condition.notify();
      })
    );
    assert.equal(yield* wait(condition.wait()), true);
    assert.equal(condition.locked(), true);
    permit[Symbol.dispose]();
    assert.equal(condition.locked(), false);
    yield* wait(notify);
    assert.equal(loop.time(), 0);
  });

  bothColours("waitFor asks at once, and gives what the predicate gives", function* () {
    const condition = new Condition();
    assert.equal(yield* wait(condition.waitFor(() => "value")), "value");
  });

  bothColours("a cancelled wait has the lock again before it throws", function* ({ body }) {
    const condition = new Condition();
    const log: unknown[] = [];
    const task = createTask(() =>
      condition.run(body(function* () {
        try {
          yield* wait(condition.wait());
        } catch (error) {
          log.push(isCancelled(error) && error.message, condition.locked());
          throw error;
        }
      }))
    );
    yield* wait(sleep(0));
    yield* wait(condition.acquire());
    task.cancel("first");
    yield* wait(sleep(0));
    task.cancel("second");
    yield* wait(sleep(0));
    assert.deepEqual(log, []);
    condition.release();
    yield* wait(sleep(1));
    assert.deepEqual(log, ["second", true]);
    assert.equal(task.cancelled(), true);
    assert.equal(condition.locked(), false);
  });

  bothColours("waits under its lock only, and takes only predicates that answer at once", function* () {
    const condition = new Condition(new Lock());
    for (const steps of [() => wait(condition.wait()), () => wait(condition.waitFor(() => false))]) {
      try {
        yield* steps();
        assert.fail("nothing was thrown");
      } catch (error) {
        assert.ok(error instanceof RuntimeError && error.message === "cannot wait on un-acquired lock");
      }
    }
    try {
      yield* wait(condition.waitFor(() => Promise.resolve(false)));
      assert.fail("nothing was thrown");
    } catch (error) {
      assert.ok(error instanceof TypeError && /gave a promise/.test(error.message));
    }
  });

  it("refuses bad input at the call", () => {
    assert.throws(() => new Condition({} as never), TypeError);
    assert.throws(() => new Condition().waitFor(true as never), TypeError);
    assert.throws(() => new Condition().notify(), { name: "RuntimeError", message: "cannot notify on un-acquired lock" });
    assert.throws(() => new Condition().notify(NaN), RangeError);
    assert.throws(() => new Condition().notify("1" as never), TypeError);
  });

  it("takes 100,000 waiters", async () => {
    const condition = new Condition();
    let woken = 0;
    await runVirtual(async () => {
      for (let i = 0; i < 100_000; i++) {
        createTask(function* () {
          yield* condition.acquire();
          yield* condition.wait();
          woken++;
          condition.release();
        });
      }
      await sleep(1);
      await condition.run(async () => condition.notifyAll());
      await sleep(1);
    });
    assert.equal(woken, 100_000);
  });

  schedules("loses no notification and no lock in random schedules", function* (schedule) {
    const condition = new Condition();
    let items = 0;
    let waiting = 0;
    let owner: unknown = null;
    const own = (task: unknown): void => {
      assert.equal(owner, null, "two have the lock");
      assert.equal(condition.locked(), true, "nobody has the lock");
      owner = task;
    };
    const hold = function* (steps: (task: unknown) => Steps<unknown>): Steps<void> {
      yield* wait(condition.acquire());
      const task = currentTask();
      own(task);
      try {
        yield* steps(task);
      } finally {
        assert.equal(owner, task);
        owner = null;
        condition.release();
      }
    };
    const consume = () =>
      hold(function* (task) {
        owner = null; // it may give up the lock meanwhile
        waiting++;
        try {
          yield* wait(condition.waitFor(() => items > 0));
          items--;
        } finally {
          waiting--;
          own(task);
        }
      });
    const consumers = 2 + schedule.random.int(4);
    for (let i = 0; i < consumers; i++) {
      schedule.spawn(function* () {
        yield* schedule.pass();
        yield* schedule.within(consume);
      });
    }
    const cancelSome = (): void => {
      for (let n = schedule.random.int(3); n > 0; n--) schedule.tasks[schedule.random.int(consumers)]!.cancel();
    };
    const produce = createTask(schedule.body(function* () {
      for (let n = 1 + schedule.random.int(consumers); n > 0; n--) {
        yield* schedule.pass();
        yield* hold(function* () {
          items++;
          condition.notify();
          if (schedule.random.once(2)) cancelSome();
          if (!schedule.random.once(2)) return;
          yield* schedule.pass(); // those that were woken wait for the lock
          cancelSome();
        });
      }
      yield* wait(sleep(50));
      assert.ok(waiting === 0 || items === 0, "somebody waits although there are items: a notification was lost");
      yield* hold(function* () {
        items += consumers;
        condition.notifyAll();
      });
    }));
    yield* schedule.disturb();
    yield* wait(produce);
    assert.equal(condition.locked(), false);
  });
});
