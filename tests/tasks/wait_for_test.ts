import {
  coroutine,
  createTask,
  currentTask,
  Event,
  Future,
  isCancelled,
  RuntimeError,
  sleep,
  TimeoutError,
  type Waitable,
  waitFor,
} from "../../mod.ts";
import { bothColours, errorOf, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("waitFor", () => {
  bothColours("gives the result of whatever can be waited for", function* ({ loop, body }) {
    const future = new Future<string>();
    loop.callLater(1, () => future.setResult("future"));
    const aws: Record<string, Waitable<string>> = {
      function: body(function* () {
        return yield* wait(sleep(1, "function"));
      }),
      generator: (function* () {
        return yield* sleep(1, "generator");
      })(),
      awaitable: sleep(1, "awaitable"),
      promise: Promise.resolve("promise"),
      future,
      task: createTask(() => sleep(1, "task")),
    };
    for (const [name, aw] of Object.entries(aws)) assert.equal(yield* wait(waitFor(aw, 100)), name);
    assert.equal(yield* wait(waitFor(sleep(1e9, "for ever"), null)), "for ever");
  });

  bothColours("calls a function in the calling task", function* ({ body }) {
    const seen = yield* wait(waitFor(
      body(function* () {
        yield* wait(sleep(1));
        return [currentTask()];
      }),
      100,
    ));
    assert.deepEqual(seen, [currentTask()]);
  });

  bothColours("when the time is over cancels, waits for the clean-up, and throws TimeoutError", function* ({ loop, body }) {
    const log: string[] = [];
    const error = yield* errorOf(wait(waitFor(
      body(function* () {
        try {
          yield* wait(sleep(1000));
        } finally {
          yield* wait(sleep(5));
          log.push("cleaned up");
        }
      }),
      10,
    )));
    assert.ok(error instanceof TimeoutError);
    assert.deepEqual(log, ["cleaned up"]);
    assert.equal(loop.time(), 15);
  });

  bothColours("when the time is over cancels a future and a task", function* () {
    const [future, task] = [new Future(), createTask(() => sleep(1000))];
    for (const aw of [future, task]) {
      const error = yield* errorOf(wait(waitFor<unknown>(aw, 10)));
      assert.ok(error instanceof TimeoutError);
      assert.equal(aw.cancelled(), true);
    }
  });

  bothColours("passes on errors, and the cancellation of what it waits for", function* ({ loop, body }) {
    const bad = yield* errorOf(wait(waitFor(
      body(function* () {
        throw new RangeError("bad");
      }),
      10,
    )));
    assert.ok(bad instanceof RangeError);
    const future = new Future();
    loop.callLater(1, () => void future.cancel("gone"));
    const cancelled = yield* errorOf(wait(waitFor(future, 10)));
    assert.ok(isCancelled(cancelled));
    assert.equal(cancelled.message, "gone");
  });

  bothColours("gives the result of a body that swallows the cancellation", function* ({ body }) {
    const value = yield* wait(waitFor(
      body(function* () {
        try {
          return yield* wait(sleep(1000, "slept"));
        } catch {
          return "stubborn";
        }
      }),
      10,
    ));
    assert.equal(value, "stubborn");
  });

  bothColours("cancelled from outside cancels what it waits for, and is no TimeoutError", function* ({ body }) {
    const future = new Future();
    const task = createTask(body(function* () {
      yield* wait(waitFor(future, 100));
    }));
    yield* wait(sleep(1));
    task.cancel("outside");
    yield* wait(sleep(1));
    assert.equal(future.cancelled(), true);
    assert.throws(() => task.result(), { name: "CancelledError", message: "outside" });
  });

  bothColours("with zero or less calls no function and starts nothing", function* ({ body }) {
    const log: string[] = [];
    const fn = body(function* () {
      log.push("called");
      yield* wait(sleep(1));
    });
    for (const delay of [0, -1, -Infinity]) {
      for (const aw of [fn, sleep(1), Promise.resolve(1)]) {
        const error = yield* errorOf(wait(waitFor<unknown>(aw, delay)));
        assert.ok(error instanceof TimeoutError);
      }
    }
    assert.deepEqual(log, []);
  });

  bothColours("with zero or less gives what is done, and cancels what is not", function* ({ body }) {
    const done = new Future<string>();
    done.setResult("done");
    assert.equal(yield* wait(waitFor(done, 0)), "done");
    const failed = new Future<string>();
    failed.setException(new RangeError("failed"));
    assert.ok((yield* errorOf(wait(waitFor(failed, 0)))) instanceof RangeError);
    const cancelled = new Future<string>();
    cancelled.cancel();
    assert.ok(isCancelled(yield* errorOf(wait(waitFor(cancelled, 0)))));
    const pending = new Future<string>();
    assert.ok((yield* errorOf(wait(waitFor(pending, 0)))) instanceof TimeoutError);
    assert.equal(pending.cancelled(), true);
    const event = new Event();
    const task = createTask(body(function* () {
      try {
        yield* wait(event.wait());
      } finally {
        yield* wait(sleep(5));
      }
    }));
    yield* wait(sleep(1));
    assert.ok((yield* errorOf(wait(waitFor(task, 0)))) instanceof TimeoutError);
    assert.equal(task.cancelled(), true);
  });

  bothColours("with zero or less closes a coroutine, which then cannot be awaited", function* () {
    const call = coroutine(function* () {
      yield* sleep(1);
    })();
    assert.ok((yield* errorOf(wait(waitFor(call, 0)))) instanceof TimeoutError);
    assert.ok((yield* errorOf(wait(call))) instanceof RuntimeError);
  });

  it("refuses what cannot be waited for and a bad delay, at the call", () =>
    runVirtual(async () => {
      for (const value of [null, undefined, 7, "text", {}, []]) {
        assert.throws(() => waitFor(value as unknown as Waitable<unknown>, 1), TypeError);
      }
      assert.throws(() => waitFor(() => sleep(1), NaN), RangeError);
      assert.throws(() => waitFor(() => sleep(1), "1" as unknown as number), TypeError);
    }));
});
