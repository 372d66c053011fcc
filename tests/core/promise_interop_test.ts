import {
  createTask,
  currentSignal,
  ensureFuture,
  Future,
  isFuture,
  newEventLoop,
  sleep,
  Task,
  timeout,
  TimeoutError,
  until,
  type Waitable,
  wrapFuture,
} from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("ensureFuture", () => {
  it("gives futures and tasks as they are", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      const task = createTask(() => sleep(1));
      assert.equal(ensureFuture(future), future);
      assert.equal(ensureFuture(task), task);
      await task;
    }));

  it("makes tasks of what can become one", () =>
    runVirtual(async () => {
      const generator = function* () {
        return yield* sleep(1, "value");
      };
      const startables = [generator, generator(), async () => await sleep(1, "value"), sleep(1, "value")];
      for (const startable of startables) {
        const future = ensureFuture(startable as Waitable<string>);
        assert.ok(future instanceof Task);
        assert.equal(await future, "value");
      }
    }));

  it("wraps promises and thenables", () =>
    runVirtual(async () => {
      const thenable: PromiseLike<string> = { then: (resolve: unknown) => (resolve as (value: string) => never)("thenable") };
      const wrapped = [ensureFuture(Promise.resolve("native")), ensureFuture(thenable)];
      assert.ok(wrapped.every((future) => isFuture(future) && !(future instanceof Task)));
      assert.deepEqual([await wrapped[0]!, await wrapped[1]!], ["native", "thenable"]);
    }));

  it("puts them on the loop that it is given, and refuses a future of another", () =>
    runVirtual(async (loop) => {
      const other = newEventLoop();
      assert.equal(ensureFuture(Promise.resolve(1), { loop: other }).getLoop(), other);
      assert.equal(ensureFuture(Promise.resolve(1)).getLoop(), loop);
      assert.throws(() => ensureFuture(new Future(), { loop: other }), RangeError);
      await sleep(1);
      other.close();
    }));

  it("refuses what cannot be waited for", () =>
    runVirtual(async () => {
      for (const value of [null, undefined, 7, "text", {}, []]) {
        assert.throws(() => ensureFuture(value as unknown as Waitable<unknown>), TypeError);
      }
    }));
});

describe("wrapFuture", () => {
  bothColours("gives a future with the promise's outcome", function* () {
    const error = new Error("bad");
    const [good, bad] = [wrapFuture(Promise.resolve("value")), wrapFuture(Promise.reject(error))];
    assert.equal(yield* wait(good), "value");
    yield* wait(sleep(1));
    assert.equal(bad.exception(), error);
  });

  it("gives a Future as it is, and refuses what has no then", () =>
    runVirtual(async () => {
      const future = new Future();
      assert.equal(wrapFuture(future), future);
      for (const value of [null, undefined, 7, {}, () => {}]) {
        assert.throws(() => wrapFuture(value as unknown as Promise<unknown>), TypeError);
      }
    }));

  it("cancelled: the promise goes on, and what it comes to is dropped, a rejection too", () =>
    runVirtual(async () => {
      for (const settle of ["resolve", "reject"] as const) {
        const foreign = Promise.withResolvers<string>();
        const future = wrapFuture(foreign.promise);
        assert.equal(future.cancel("no longer wanted"), true);
        if (settle === "resolve") foreign.resolve("late");
        else foreign.reject(new Error("late"));
        await sleep(1);
        assert.equal(future.cancelled(), true);
      }
    }));
});

describe("until", () => {
  bothColours("gives the outcome of the promise", function* () {
    assert.equal(yield* wait(until(Promise.resolve("value"))), "value");
    let thrown: unknown;
    try {
      yield* wait(until(Promise.reject(new Error("bad"))));
    } catch (error) {
      thrown = error;
    }
    assert.match(String(thrown), /bad/);
  });

  bothColours("is a cancellation point; the promise goes on", function* ({ body }) {
    const foreign = Promise.withResolvers<string>();
    const task = createTask(body(function* () {
      yield* wait(until(foreign.promise));
    }));
    yield* wait(sleep(1));
    task.cancel("stop");
    yield* wait(sleep(1));
    assert.throws(() => task.result(), { name: "CancelledError", message: "stop" });
    foreign.reject(new Error("dropped"));
    yield* wait(sleep(1));
  });

  bothColours("lets timeouts through", function* ({ loop }) {
    let thrown: unknown;
    try {
      yield* wait(timeout(10, () => until(new Promise(() => {}))));
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof TimeoutError);
    assert.equal(loop.time(), 10);
  });

  it("refuses what has no then, at the call", () => {
    for (const value of [null, undefined, 7, {}, () => {}]) assert.throws(() => until(value as unknown as Promise<unknown>), TypeError);
  });

  it("a request that it consumes in a generator is also delivered at the next await of an async function that the task had started", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const gate = Promise.withResolvers<void>();
      async function helper(): Promise<void> {
        await gate.promise; // cannot be interrupted
        try {
          await sleep(1000);
        } catch (error) {
          log.push(`helper ${(error as Error).name}`);
        }
      }
      const task = createTask(function* () {
        try {
          yield* until(helper());
        } catch (error) {
          log.push(`task ${(error as Error).name}`);
        }
        yield* sleep(1);
        log.push("task cleaned up");
        gate.resolve();
        yield* sleep(1);
      });
      await sleep(1);
      task.cancel();
      await task;
      assert.deepEqual(log, ["task CancelledError", "task cleaned up", "helper CancelledError"]);
    }));
});

describe("task.signal and currentSignal()", () => {
  bothColours("abort when the task is cancelled, with the CancelledError as the reason", function* ({ body }) {
    let signal: AbortSignal | undefined;
    const task = createTask(body(function* () {
      signal = currentSignal();
      yield* wait(sleep(1000));
    }));
    yield* wait(sleep(1));
    const own = task.signal;
    assert.equal(signal!.aborted, false);
    assert.equal(own.aborted, false);
    task.cancel("stop");
    assert.equal(signal!.aborted, true);
    assert.equal(own.aborted, true);
    assert.equal(signal!.reason.name, "CancelledError");
    assert.equal(signal!.reason.message, "stop");
    yield* wait(sleep(1));
    assert.equal(task.cancelled(), true);
  });

  bothColours("are the same object until they abort, and a new one after", function* ({ body }) {
    const task = createTask(body(function* () {
      const first = currentSignal();
      assert.equal(currentSignal(), first);
      try {
        yield* wait(sleep(1000));
      } catch {
        const second = currentSignal();
        assert.equal(first.aborted, true);
        assert.equal(second.aborted, false);
        try {
          yield* wait(sleep(1000));
        } catch {
          return second.aborted;
        }
      }
      return null;
    }));
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(sleep(1));
    task.cancel();
    assert.equal(yield* wait(task), true);
  });

  bothColours("abort for an expired timeout: the signal of its body only", function* ({ body }) {
    const signals: AbortSignal[] = [];
    const outer = currentSignal();
    try {
      yield* wait(timeout(
        10,
        body(function* () {
          signals.push(currentSignal());
          yield* wait(sleep(1000));
        }),
      ));
    } catch (error) {
      assert.ok(error instanceof TimeoutError);
    }
    assert.equal(signals[0]!.aborted, true);
    assert.equal(currentSignal().aborted, false);
    assert.ok(outer);
  });

  it("a foreign wait that listens to it is ended, and nothing is kept for the next await", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const task = createTask(async () => {
        const signal = currentSignal();
        try {
          await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        } catch (error) {
          log.push((error as Error).name);
        }
        return await sleep(1, "cleaned up");
      });
      await sleep(1);
      task.cancel();
      assert.equal(await task, "cleaned up");
      assert.deepEqual(log, ["CancelledError"]);
    }));

  it("never abort outside a task", () => {
    const signal = currentSignal();
    assert.equal(signal.aborted, false);
    assert.notEqual(currentSignal(), signal);
  });

  it("of a task that is done do not abort", () =>
    runVirtual(async () => {
      const task = createTask(() => sleep(1));
      const signal = task.signal;
      await task;
      task.cancel();
      assert.equal(signal.aborted, false);
    }));

  it("cancel reaches what listens to the signal and what is awaited beside it", () =>
    runVirtual(async () => {
      const future = new Future();
      const task = createTask(async () => {
        const signal = currentSignal();
        const foreign = new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        await Promise.allSettled([foreign, future]);
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      assert.equal(future.cancelled(), true);
    }));
});
