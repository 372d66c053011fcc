import { createTask, Future, isCancelled, isFuture, shield, sleep, Task, timeout, TimeoutError, type Waitable } from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { reportsOf, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("shield", () => {
  bothColours("gives the outcome of what it shields", function* ({ body }) {
    const error = new Error("bad");
    assert.equal(
      yield* wait(shield(body(function* () {
        return yield* wait(sleep(1, "value"));
      }))),
      "value",
    );
    let thrown: unknown;
    try {
      yield* wait(shield(body(function* () {
        yield* wait(sleep(1));
        throw error;
      })));
    } catch (caught) {
      thrown = caught;
    }
    assert.equal(thrown, error);
    assert.equal(yield* wait(shield(Promise.resolve("promise"))), "promise");
  });

  bothColours("starts at the call", function* () {
    const log: string[] = [];
    const shielded = shield(async () => log.push("ran"));
    assert.ok(isFuture(shielded) && !(shielded instanceof Task));
    yield* wait(sleep(0));
    assert.deepEqual(log, ["ran"]);
    yield* wait(shielded);
  });

  bothColours("keeps the cancellation of the one who waits from the work", function* ({ body }) {
    const work = createTask(() => sleep(20, "saved"));
    const waiter = createTask(body(function* () {
      yield* wait(shield(work));
    }));
    yield* wait(sleep(1));
    waiter.cancel();
    yield* wait(sleep(1));
    assert.equal(waiter.cancelled(), true);
    assert.equal(work.done(), false);
    assert.equal(yield* wait(work), "saved");
    assert.equal(work.cancelling(), 0);
  });

  bothColours("cancelled itself leaves the work alone", function* () {
    const work = new Future<string>();
    const shielded = shield(work);
    assert.equal(shielded.cancel(), true);
    assert.equal(shielded.cancelled(), true);
    yield* wait(sleep(1));
    assert.equal(work.done(), false);
    work.setResult("done");
    yield* wait(sleep(1));
  });

  bothColours("is cancelled when the work is", function* () {
    const work = new Future<string>();
    const shielded = shield(work);
    work.cancel("work gone");
    let thrown: unknown;
    try {
      yield* wait(shielded);
    } catch (error) {
      thrown = error;
    }
    assert.ok(isCancelled(thrown));
    assert.equal(shielded.cancelled(), true);
  });

  bothColours("of something done is that thing", function* () {
    const work = new Future<string>();
    work.setResult("done");
    assert.equal(shield(work), work);
    assert.equal(yield* wait(shield(work)), "done");
  });

  bothColours("keeps timeouts from the work too", function* ({ loop }) {
    const work = createTask(() => sleep(50, "saved"));
    let thrown: unknown;
    try {
      yield* wait(timeout(10, () => shield(work)));
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof TimeoutError);
    assert.equal(loop.time(), 10);
    assert.equal(yield* wait(work), "saved");
  });

  it("tells the exception handler when the work fails after the one who waited was cancelled, once", async () => {
    const reports = await reportsOf(async () => {
      const work = createTask(async () => {
        await sleep(20);
        throw new Error("late");
      });
      const waiters = [1, 2, 3].map(() => createTask(() => shield(work)));
      await sleep(1);
      for (const waiter of waiters) waiter.cancel();
      await sleep(50);
    });
    assert.deepEqual(reports.map(({ message, exception }) => [message, String(exception)]), [[
      "Error exception in shielded future",
      "Error: late",
    ]]);
  });

  it("tells nothing when the work ends well, or is cancelled", async () => {
    const reports = await reportsOf(async () => {
      const [good, cancelled] = [new Future<number>(), new Future<number>()];
      for (const work of [good, cancelled]) shield(work).cancel();
      await sleep(1);
      good.setResult(1);
      cancelled.cancel();
      await sleep(1);
    });
    assert.deepEqual(reports, []);
  });

  it("refuses what cannot be waited for, at the call", () =>
    runVirtual(async () => {
      for (const value of [null, undefined, 7, "text", {}]) assert.throws(() => shield(value as unknown as Waitable<unknown>), TypeError);
    }));
});
