import { ALL_COMPLETED, createTask, FIRST_COMPLETED, FIRST_EXCEPTION, Future, sleep, type Task, wait as waitForAll } from "../../mod.ts";
import { bothColours, type Colour, type Steps, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Tasks that end after 10, 20 and 30 ms, the second with an error. */
function three(body: Colour["body"]): [Task<number>, Task<number>, Task<number>] {
  const make = (delay: number) =>
    createTask(body(function* (): Steps<number> {
      yield* wait(sleep(delay));
      if (delay === 20) throw new Error("second");
      return delay;
    }));
  return [make(10), make(20), make(30)];
}

describe("wait", () => {
  bothColours("waits for all, and gives sets of what is done and what is not", function* ({ loop, body }) {
    const tasks = three(body);
    const [done, pending] = yield* wait(waitForAll(tasks));
    assert.equal(loop.time(), 30);
    assert.deepEqual([...done], tasks);
    assert.equal(pending.size, 0);
    assert.match(String(tasks[1].exception()), /second/);
  });

  bothColours("FIRST_COMPLETED ends with the first", function* ({ loop, body }) {
    const tasks = three(body);
    const [done, pending] = yield* wait(waitForAll(tasks, { returnWhen: FIRST_COMPLETED }));
    assert.equal(loop.time(), 10);
    assert.deepEqual([...done], [tasks[0]]);
    assert.deepEqual([...pending], [tasks[1], tasks[2]]);
    yield* wait(sleep(100));
    tasks[1].exception();
  });

  bothColours("FIRST_EXCEPTION ends with the first error, or when all are done", function* ({ loop, body }) {
    const tasks = three(body);
    const [done] = yield* wait(waitForAll(tasks, { returnWhen: FIRST_EXCEPTION }));
    assert.equal(loop.time(), 20);
    assert.deepEqual([...done], [tasks[0], tasks[1]]);
    tasks[1].exception();
    const [all] = yield* wait(waitForAll([tasks[0], tasks[2]], { returnWhen: FIRST_EXCEPTION }));
    assert.equal(all.size, 2);
    assert.equal(loop.time(), 30);
  });

  bothColours("FIRST_EXCEPTION is not ended by a cancellation", function* ({ loop }) {
    const [first, second] = [new Future<number>(), new Future<number>()];
    loop.callLater(5, () => void first.cancel());
    loop.callLater(10, () => second.setResult(1));
    const [done] = yield* wait(waitForAll([first, second], { returnWhen: FIRST_EXCEPTION }));
    assert.equal(loop.time(), 10);
    assert.equal(done.size, 2);
  });

  bothColours("a timeout raises nothing and cancels nothing", function* ({ loop, body }) {
    const tasks = three(body);
    const [done, pending] = yield* wait(waitForAll(tasks, { timeout: 15, returnWhen: ALL_COMPLETED }));
    assert.equal(loop.time(), 15);
    assert.deepEqual([done.size, pending.size], [1, 2]);
    yield* wait(sleep(100));
    assert.deepEqual(tasks.map((task) => task.cancelled()), [false, false, false]);
    tasks[1].exception();
  });

  bothColours("cancelled cancels nothing that it waits for", function* ({ body }) {
    const future = new Future<number>();
    const waiter = createTask(body(function* () {
      yield* wait(waitForAll([future]));
    }));
    yield* wait(sleep(1));
    waiter.cancel();
    yield* wait(sleep(1));
    assert.equal(waiter.cancelled(), true);
    assert.equal(future.done(), false);
  });

  bothColours("of what is done ends within two turns, as asyncio's", function* ({ loop }) {
    const log: string[] = [];
    loop.callSoon(() => loop.callSoon(() => loop.callSoon(() => log.push("a third turn"))));
    const future = new Future<number>();
    future.setResult(1);
    const [done, pending] = yield* wait(waitForAll(new Set([future])));
    assert.deepEqual([done.size, pending.size], [1, 0]);
    assert.deepEqual(log, []);
    yield* wait(sleep(0));
  });

  it("refuses no futures, an unknown returnWhen, what are no futures and bad timeouts, at the call", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      type Futures = Future<number>[];
      assert.throws(() => waitForAll([]), RangeError);
      assert.throws(() => waitForAll([future], { returnWhen: "SOMETIME" as typeof ALL_COMPLETED }), {
        name: "RangeError",
        message: /SOMETIME/,
      });
      for (const value of [Promise.resolve(), sleep(1), () => {}, null, 7]) {
        assert.throws(() => waitForAll([value] as unknown as Futures), TypeError);
      }
      for (const value of [future, null, undefined, 7, Promise.resolve([])]) {
        assert.throws(() => waitForAll(value as unknown as Futures), TypeError);
      }
      const coroutine = (function* () {
        yield* future;
      })();
      assert.throws(() => waitForAll(coroutine as unknown as Futures), TypeError);
      assert.throws(() => waitForAll([future], { timeout: NaN }), RangeError);
      assert.throws(() => waitForAll([future], { timeout: "1" as unknown as number }), TypeError);
    }));
});
