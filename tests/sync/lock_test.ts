import { createTask, currentTask, isCancelled, Lock, type Permit, run, RuntimeError, sleep, until } from "../../mod.ts";
import { bothColours, type Steps, wait } from "../_kit/colours.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { Line, schedules } from "../_kit/schedules.ts";

describe("Lock", () => {
  bothColours("that is free is taken without a turn, and gives a permit", function* ({ loop }) {
    const lock = new Lock();
    const log: string[] = [];
    loop.callSoon(() => log.push("a turn"));
    const permit = yield* wait(lock.acquire());
    assert.ok(permit);
    assert.equal(lock.locked(), true);
    lock.release();
    assert.equal(lock.locked(), false);
    assert.deepEqual(log, []);
    yield* wait(sleep(0));
  });

  it("is released once only", () => {
    assert.throws(() => new Lock().release(), (error) => error instanceof RuntimeError && error.message === "Lock is not acquired.");
  });

  bothColours("a permit releases its own acquisition, once", function* () {
    const lock = new Lock();
    const first: Permit = yield* wait(lock.acquire());
    first[Symbol.dispose]();
    assert.equal(lock.locked(), false);
    const second: Permit = yield* wait(lock.acquire());
    first[Symbol.dispose]();
    assert.equal(lock.locked(), true);
    lock.release();
    second[Symbol.dispose]();
    assert.equal(lock.locked(), false);
  });

  bothColours("nobody overtakes the one that was woken", function* ({ body }) {
    const lock = new Lock();
    const log: string[] = [];
    yield* wait(lock.acquire());
    const waiting = createTask(body(function* () {
      yield* wait(lock.acquire());
      log.push("first");
      lock.release();
    }));
    yield* wait(sleep(0));
    lock.release();
    assert.equal(lock.locked(), false);
    yield* wait(lock.acquire());
    log.push("second");
    lock.release();
    assert.deepEqual(log, ["first", "second"]);
    yield* wait(waiting);
  });

  bothColours("a wake-up whose waiter is cancelled goes to the next", function* ({ body }) {
    const lock = new Lock();
    yield* wait(lock.acquire());
    const waiting = () =>
      createTask(body(function* () {
        yield* wait(lock.acquire());
        lock.release();
        return "had it";
      }));
    const [first, second] = [waiting(), waiting()];
    yield* wait(sleep(0));
    lock.release();
    first.cancel();
    assert.equal(yield* wait(second), "had it");
    assert.equal(first.cancelled(), true);
    assert.equal(lock.locked(), false);
  });

  bothColours("run holds it around the body, in the calling task, and releases it after an error and a cancellation", function* ({ body }) {
    const lock = new Lock();
    const task = currentTask();
    const inside = body(function* () {
      yield* wait(sleep(1));
      return [lock.locked(), currentTask()];
    });
    assert.deepEqual(yield* wait(lock.run(inside)), [true, task]);
    const failing = body(function* (): Steps<never> {
      throw new SyntaxError("inside");
    });
    try {
      yield* wait(lock.run(failing));
      assert.fail("nothing was thrown");
    } catch (error) {
      assert.ok(error instanceof SyntaxError);
    }
    assert.equal(lock.locked(), false);
    const sleeper = createTask(() => lock.run(body(() => wait(sleep(1000)))));
    yield* wait(sleep(1));
    assert.equal(lock.locked(), true);
    sleeper.cancel();
    try {
      yield* wait(sleeper);
      assert.fail("nothing was thrown");
    } catch (error) {
      assert.ok(isCancelled(error));
    }
    assert.equal(lock.locked(), false);
  });

  it("run refuses what is no function, at the call", () => {
    assert.throws(() => new Lock().run(null as never), { name: "TypeError", message: /a function was expected, got object/ });
  });

  it("refuses a task of a second loop while tasks of the first wait", async () => {
    const lock = new Lock();
    const waiting = Promise.withResolvers<void>();
    const checked = Promise.withResolvers<void>();
    const first = run(async () => {
      await lock.acquire();
      const task = createTask(() => lock.acquire());
      await sleep(0);
      waiting.resolve();
      await until(checked.promise);
      lock.release();
      await task;
    });
    await waiting.promise;
    const second = run(() => lock.acquire());
    await assert.rejects(second, { name: "RuntimeError", message: /the Lock is bound to a different event loop/ });
    checked.resolve();
    await first;
  });

  it("takes 100,000 waiters, one after the other", async () => {
    const lock = new Lock();
    let order = 0;
    const tasks = await runVirtual(async () => {
      await lock.acquire();
      const tasks = Array.from({ length: 100_000 }, (_, i) =>
        createTask(function* () {
          yield* lock.acquire();
          if (order === i) order++;
          lock.release();
        }));
      await sleep(0);
      lock.release();
      await tasks.at(-1);
      return tasks.length;
    });
    assert.equal(order, tasks);
  });

  schedules("loses nothing in random schedules, and keeps the order", function* (schedule) {
    const lock = new Lock();
    const line = new Line(true);
    let inside = 0;
    const hold = function* (): Steps<void> {
      assert.equal(++inside, 1, "two are inside");
      try {
        yield* schedule.pass();
      } finally {
        inside--;
      }
    };
    const attempt = function* (): Steps<void> {
      const permit = yield* line.through(() => wait(lock.acquire()));
      try {
        yield* hold();
      } finally {
        if (schedule.random.once(2)) permit[Symbol.dispose]();
        else lock.release();
      }
    };
    for (let i = 2 + schedule.random.int(4); i > 0; i--) {
      schedule.spawn(function* () {
        for (let rounds = 1 + schedule.random.int(3); rounds > 0; rounds--) {
          yield* schedule.pass();
          if (schedule.random.once(3)) yield* wait(lock.run(schedule.body(hold)));
          else yield* schedule.within(attempt);
        }
      });
    }
    yield* schedule.disturb();
    assert.equal(lock.locked(), false);
    yield* wait(lock.acquire());
    lock.release();
  });
});
