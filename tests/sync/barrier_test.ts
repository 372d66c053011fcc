import { Barrier, BrokenBarrierError, createTask, gather, sleep } from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { schedules } from "../_kit/schedules.ts";

describe("Barrier", () => {
  bothColours("lets its parties go on together, and numbers them", function* () {
    const barrier = new Barrier(3);
    const numbers = yield* wait(gather([barrier.wait(), barrier.wait(), barrier.wait()]));
    assert.deepEqual(numbers, [0, 1, 2]);
    assert.equal(barrier.nWaiting, 0);
  });

  bothColours("a cancelled party leaves its place", function* () {
    const barrier = new Barrier(2);
    const task = createTask(() => barrier.wait());
    yield* wait(sleep(0));
    assert.equal(barrier.nWaiting, 1);
    task.cancel();
    yield* wait(sleep(1));
    assert.equal(barrier.nWaiting, 0);
    assert.deepEqual(yield* wait(gather([barrier.wait(), barrier.wait()])), [0, 1]);
  });

  it("refuses numbers that are no parties", () => {
    assert.throws(() => new Barrier(0), { name: "RangeError", message: "parties must be > 0" });
    assert.throws(() => new Barrier(1.5), RangeError);
    assert.throws(() => new Barrier(NaN), RangeError);
    assert.throws(() => new Barrier("2" as never), TypeError);
  });

  it("takes 100,000 parties", async () => {
    const barrier = new Barrier(100_000);
    const numbers = await runVirtual(() => gather(Array.from({ length: 100_000 }, () => barrier.wait())));
    assert.equal(numbers.at(-1), 99_999);
  });

  schedules("keeps rounds apart in random schedules", function* (schedule) {
    const parties = 2 + schedule.random.int(3);
    const barrier = new Barrier(parties);
    for (let i = 0; i < parties * 2; i++) {
      schedule.spawn(function* () {
        try {
          yield* schedule.pass();
          yield* schedule.within(function* () {
            const number = yield* wait(barrier.wait());
            assert.ok(number >= 0 && number < parties);
          });
        } catch (error) {
          if (!(error instanceof BrokenBarrierError)) throw error;
        }
      });
    }
    if (schedule.random.once(2)) schedule.spawn(() => wait(barrier.reset()));
    const end = createTask(schedule.body(function* () {
      yield* wait(sleep(50));
      yield* wait(barrier.abort());
    }));
    yield* schedule.disturb();
    yield* wait(end);
    assert.equal(barrier.broken, true);
    yield* wait(barrier.reset());
    const numbers = yield* wait(gather(Array.from({ length: parties }, () => barrier.wait())));
    if (!schedule.inOrder) numbers.sort((a, b) => a - b);
    assert.deepEqual(numbers, numbers.map((_, i) => i));
  });
});
