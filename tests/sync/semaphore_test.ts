import { BoundedSemaphore, createTask, Semaphore, sleep } from "../../mod.ts";
import { bothColours, type Steps, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { Line, schedules } from "../_kit/schedules.ts";

describe("Semaphore", () => {
  bothColours("lets in as many as it counts, without a turn; a permit gives back once", function* ({ loop }) {
    const semaphore = new Semaphore(2);
    const log: string[] = [];
    loop.callSoon(() => log.push("a turn"));
    const permit = yield* wait(semaphore.acquire());
    yield* wait(semaphore.acquire());
    assert.equal(semaphore.locked(), true);
    permit[Symbol.dispose]();
    permit[Symbol.dispose]();
    yield* wait(semaphore.acquire());
    assert.equal(semaphore.locked(), true);
    assert.deepEqual(log, []);
    yield* wait(sleep(0));
  });

  bothColours("run holds one around the body", function* ({ body }) {
    const semaphore = new Semaphore();
    const inside = body(function* () {
      yield* wait(sleep(1));
      return semaphore.locked();
    });
    assert.equal(yield* wait(semaphore.run(inside)), true);
    assert.equal(semaphore.locked(), false);
  });

  it("refuses values that are no count, and bodies that are no functions, at the call", () => {
    assert.throws(() => new Semaphore(-1), { name: "RangeError", message: "Semaphore initial value must be >= 0" });
    assert.throws(() => new Semaphore(1.5), RangeError);
    assert.throws(() => new Semaphore(NaN), RangeError);
    assert.throws(() => new Semaphore("1" as never), TypeError);
    assert.throws(() => new Semaphore().run(null as never), TypeError);
    assert.throws(() => new BoundedSemaphore().release(), { name: "RangeError", message: "BoundedSemaphore released too many times" });
  });

  it("takes 100,000 waiters", async () => {
    const semaphore = new Semaphore(0);
    let served = 0;
    await runVirtual(async () => {
      for (let i = 0; i < 100_000; i++) {
        createTask(function* () {
          yield* semaphore.acquire();
          served++;
        });
      }
      await sleep(0);
      for (let i = 0; i < 100_000; i++) semaphore.release();
      await sleep(0);
    });
    assert.equal(served, 100_000);
  });

  bothColours("who came while it was another's turn goes on with that one, if there is enough for both", function* () {
    const semaphore = new Semaphore(0);
    const first = createTask(() => semaphore.acquire());
    yield* wait(sleep(0));
    semaphore.release();
    semaphore.release();
    const second = createTask(() => semaphore.acquire(), { eagerStart: true });
    assert.equal(second.done(), false);
    yield* wait(sleep(1));
    assert.deepEqual([first.done(), second.done()], [true, true]);
  });

  schedules("hands on every permit in random schedules, though nobody gives one back", function* (schedule) {
    let given = schedule.random.int(2);
    const semaphore = new Semaphore(given);
    const give = (): void => {
      given++;
      semaphore.release();
    };
    let [waiting, taken] = [0, 0];
    const takers = 2 + schedule.random.int(5);
    for (let i = 0; i < takers; i++) {
      schedule.spawn(function* () {
        yield* schedule.pass();
        yield* schedule.within(function* () {
          waiting++;
          try {
            yield* wait(semaphore.acquire());
            taken++;
          } finally {
            waiting--;
          }
        });
      });
    }
    const giver = createTask(schedule.body(function* () {
      for (let rounds = schedule.random.int(takers); rounds > 0; rounds--) {
        yield* schedule.pass();
        for (let n = schedule.random.int(3); n > 0; n--) give();
        if (schedule.random.once(3)) schedule.tasks[schedule.random.int(takers)]!.cancel();
      }
      yield* wait(sleep(50));
      assert.ok(waiting === 0 || semaphore._free === 0, "somebody waits although some are free: a wake-up was lost");
      for (let i = 0; i < takers; i++) give();
    }));
    yield* schedule.disturb();
    yield* wait(giver);
    assert.equal(semaphore._free, given - taken);
  });

  schedules("loses nothing in random schedules, and keeps the order", function* (schedule) {
    const free = 1 + schedule.random.int(3);
    const semaphore = new BoundedSemaphore(free);
    const line = new Line(schedule.inOrder);
    let inside = 0;
    const hold = function* (): Steps<void> {
      assert.ok(++inside <= free, "too many are inside");
      try {
        yield* schedule.pass();
      } finally {
        inside--;
      }
    };
    const attempt = function* (): Steps<void> {
      const permit = yield* line.through(() => wait(semaphore.acquire()));
      try {
        yield* hold();
      } finally {
        if (schedule.random.once(2)) permit[Symbol.dispose]();
        else semaphore.release();
      }
    };
    for (let i = 2 + schedule.random.int(6); i > 0; i--) {
      schedule.spawn(function* () {
        for (let rounds = 1 + schedule.random.int(3); rounds > 0; rounds--) {
          yield* schedule.pass();
          if (schedule.random.once(3)) yield* wait(semaphore.run(schedule.body(hold)));
          else yield* schedule.within(attempt);
        }
      });
    }
    yield* schedule.disturb();
    for (let i = 0; i < free; i++) {
      assert.equal(semaphore.locked(), false);
      yield* wait(semaphore.acquire());
    }
    assert.equal(semaphore.locked(), true);
  });
});
