import { createTask, Event, sleep } from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { schedules } from "../_kit/schedules.ts";

describe("Event", () => {
  it("is set and cleared", () => {
    const event = new Event();
    assert.equal(event.isSet(), false);
    event.set();
    event.set();
    assert.equal(event.isSet(), true);
    event.clear();
    event.clear();
    assert.equal(event.isSet(), false);
  });

  bothColours("wakes all that wait, in the order in which they came", function* ({ body }) {
    const event = new Event();
    const log: string[] = [];
    const tasks = ["a", "b", "c"].map((name) =>
      createTask(body(function* () {
        log.push(`${name} ${yield* wait(event.wait())}`);
      }))
    );
    yield* wait(sleep(1));
    assert.deepEqual(log, []);
    event.set();
    yield* wait(sleep(1));
    assert.deepEqual(log, ["a true", "b true", "c true"]);
    for (const task of tasks) assert.equal(task.done(), true);
  });

  bothColours("that is set takes no turn", function* ({ loop }) {
    const event = new Event();
    event.set();
    const log: string[] = [];
    loop.callSoon(() => log.push("a turn"));
    assert.equal(yield* wait(event.wait()), true);
    assert.deepEqual(log, []);
    yield* wait(sleep(0));
  });

  bothColours("wakes those that waited although it is cleared at once; who comes later waits", function* ({ body }) {
    const event = new Event();
    const log: string[] = [];
    const waiting = (name: string) =>
      createTask(body(function* () {
        yield* wait(event.wait());
        log.push(name);
      }));
    const early = waiting("early");
    yield* wait(sleep(1));
    event.set();
    event.clear();
    const late = waiting("late");
    yield* wait(sleep(1));
    assert.deepEqual(log, ["early"]);
    assert.equal(early.done(), true);
    event.set();
    yield* wait(late);
    assert.deepEqual(log, ["early", "late"]);
  });

  bothColours("a cancelled wait leaves the others waiting", function* ({ body }) {
    const event = new Event();
    const waiting = () =>
      createTask(body(function* () {
        yield* wait(event.wait());
        return "woken";
      }));
    const [first, second] = [waiting(), waiting()];
    yield* wait(sleep(1));
    first.cancel();
    yield* wait(sleep(1));
    assert.equal(first.cancelled(), true);
    assert.equal(second.done(), false);
    event.set();
    assert.equal(yield* wait(second), "woken");
  });

  it("may be made before any loop, and used in one after the other", async () => {
    const event = new Event();
    for (let i = 0; i < 2; i++) {
      await runVirtual(async (loop) => {
        event.clear();
        loop.callLater(5, () => event.set());
        await event.wait();
        assert.equal(loop.time(), 5);
      });
    }
  });

  it("wakes 100,000 waiters in one turn", async () => {
    const event = new Event();
    let woken = 0;
    await runVirtual(async () => {
      for (let i = 0; i < 100_000; i++) {
        createTask(function* () {
          yield* event.wait();
          woken++;
        });
      }
      await sleep(0);
      event.set();
      await sleep(0);
    });
    assert.equal(woken, 100_000);
  });

  schedules("wakes all that wait, in random schedules", function* (schedule) {
    const event = new Event();
    const waiting = new Set<number>();
    const waiters = 2 + schedule.random.int(5);
    for (let i = 0; i < waiters; i++) {
      schedule.spawn(function* () {
        yield* schedule.pass();
        yield* schedule.within(function* () {
          waiting.add(i);
          try {
            yield* wait(event.wait());
          } finally {
            waiting.delete(i);
          }
        });
      });
    }
    const setter = createTask(schedule.body(function* () {
      for (let rounds = schedule.random.int(5); rounds >= 0; rounds--) {
        yield* schedule.pass();
        const before = [...waiting];
        event.set();
        if (schedule.random.once(2)) event.clear();
        if (schedule.random.once(3)) schedule.tasks[schedule.random.int(waiters)]!.cancel();
        yield* wait(sleep(1));
        assert.deepEqual(before.filter((i) => waiting.has(i)), [], "some wait although it was set");
        event.clear();
      }
      yield* wait(sleep(50));
      event.set();
    }));
    yield* schedule.disturb();
    yield* wait(setter);
    assert.equal(waiting.size, 0);
  });
});
