import { Barrier, BrokenBarrierError, createTask, gather, sleep } from "../../mod.ts";
import { bothColours, type Steps, wait } from "../_kit/colours.ts";
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
    const rounds = 1 + schedule.random.int(3);
    const barrier = new Barrier(parties);
    const numbers: number[] = [];
    for (let i = 0; i < parties * rounds; i++) {
      schedule.spawn(function* () {
        yield* schedule.pass();
        numbers.push(yield* wait(barrier.wait()));
      });
    }
    yield* schedule.settle();
    const expected = Array.from({ length: parties * rounds }, (_, i) => Math.floor(i / rounds));
    assert.deepEqual(numbers.sort((a, b) => a - b), expected, "each round has each number once");
    assert.equal(barrier.nWaiting, 0);
  });

  schedules("forgets nobody, and breaks for those alone who were there, in random schedules", function* (schedule) {
    const parties = 2 + schedule.random.int(3);
    const barrier = new Barrier(parties);
    let waiting = 0;
    /** How often it was reset, and whether it will be broken for all. */
    let resets = 0;
    let aborted = false;
    const arrive = function* (): Steps<void> {
      const before = resets;
      waiting++;
      try {
        const number = yield* wait(barrier.wait());
        assert.ok(number >= 0 && number < parties);
      } catch (error) {
        if (!(error instanceof BrokenBarrierError)) throw error;
        assert.ok(aborted || resets > before, "it is broken for one who came after the reset");
      } finally {
        waiting--;
      }
    };
    for (let i = 0; i < parties * 2 + 1; i++) {
      schedule.spawn(function* () {
        yield* schedule.pass();
        yield* schedule.within(arrive);
      });
    }
    const end = createTask(schedule.body(function* () {
      if (schedule.random.once(2)) {
        yield* schedule.pass();
        yield* wait(barrier.reset()); // its lock is free: it takes no turn
        resets++;
      }
      yield* wait(sleep(50));
      assert.equal(barrier.nWaiting, waiting, "some wait for a round that is over");
      assert.ok(waiting < parties, "a full round does not begin");
      aborted = true;
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
