import { CancelledError, createTask, Future, InvalidStateError, isFuture, newEventLoop, RuntimeError, sleep } from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** A callback that writes down that it was called. */
function noting(log: string[], text: string): () => void {
  return () => void log.push(text);
}

describe("Future states", () => {
  it("is pending, and refuses to be read", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      assert.equal(future.done(), false);
      assert.equal(future.cancelled(), false);
      assert.throws(() => future.result(), InvalidStateError);
      assert.throws(() => future.exception(), InvalidStateError);
      assert.equal(String(future), "<Future pending>");
      assert.ok(isFuture(future));
      assert.equal(isFuture({ then() {} }), false);
    }));

  it("keeps a result, to be read any number of times", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      future.setResult(7);
      assert.equal(future.done(), true);
      assert.equal(future.cancelled(), false);
      assert.equal(future.result(), 7);
      assert.equal(future.result(), 7);
      assert.equal(future.exception(), null);
      assert.equal(String(future), "<Future finished result=7>");
    }));

  it("keeps an error, the same object at each reading", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      const error = new Error("bad");
      future.setException(error);
      assert.equal(future.done(), true);
      assert.equal(future.exception(), error);
      assert.throws(() => future.result(), (thrown) => thrown === error);
      await assert.rejects(async () => await future, (thrown) => thrown === error);
      assert.equal(String(future), "<Future finished exception=Error(bad)>");
    }));

  it("makes an error of an error class", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      future.setException(RangeError);
      assert.ok(future.exception() instanceof RangeError);
    }));

  it("keeps a falsy error", () =>
    runVirtual(async () => {
      for (const error of [undefined, null, 0, ""]) {
        const future = new Future<number>();
        future.setException(error);
        let thrown: unknown = "nothing was thrown";
        try {
          await future;
        } catch (caught) {
          thrown = caught;
        }
        assert.equal(thrown, error);
      }
    }));

  it("is cancelled once, with a message", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      assert.equal(future.cancel("enough"), true);
      assert.equal(future.cancel("again"), false);
      assert.equal(future.done(), true);
      assert.equal(future.cancelled(), true);
      assert.throws(() => future.result(), { name: "CancelledError", message: "enough", code: "CANCELLED" });
      assert.throws(() => future.exception(), CancelledError);
      assert.equal(String(future), "<Future cancelled>");
    }));

  it("has an empty message where cancel() was given none", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      future.cancel();
      assert.throws(() => future.result(), { name: "CancelledError", message: "" });
    }));

  it("is completed once only", () =>
    runVirtual(async () => {
      const complete: ((future: Future<number>) => unknown)[] = [
        (future) => future.setResult(1),
        (future) => future.setException(new Error("bad")),
        (future) => future.cancel(),
      ];
      for (const first of complete) {
        const future = new Future<number>();
        first(future);
        assert.throws(() => future.setResult(2), InvalidStateError);
        assert.throws(() => future.setException(new Error("worse")), InvalidStateError);
        assert.equal(future.cancel(), false);
        if (!future.cancelled()) future.exception();
      }
    }));

  it("knows its loop", () =>
    runVirtual(async (loop) => {
      assert.equal(new Future().getLoop(), loop);
      assert.equal(loop.createFuture().getLoop(), loop);
      const other = newEventLoop();
      assert.equal(new Future({ loop: other }).getLoop(), other);
      other.close();
    }));
});

describe("Future callbacks", () => {
  it("are called in the next turn, in the order in which they were added", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const future = new Future<number>();
      future.addDoneCallback(noting(log, "a"));
      future.addDoneCallback(noting(log, "b"));
      future.addDoneCallback(noting(log, "c"));
      future.setResult(1);
      assert.deepEqual(log, []);
      await sleep(0);
      assert.deepEqual(log, ["a", "b", "c"]);
    }));

  it("and waiting tasks are one queue", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const future = new Future<number>();
      const waiting = (name: string) => async () => {
        await future;
        log.push(name);
      };
      const tasks = [createTask(waiting("first task"))];
      await sleep(0);
      future.addDoneCallback(noting(log, "callback"));
      tasks.push(createTask(waiting("second task")));
      await sleep(0);
      future.setResult(1);
      for (const task of tasks) await task;
      assert.deepEqual(log, ["first task", "callback", "second task"]);
    }));

  it("get the future", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      let given: unknown;
      future.addDoneCallback((done) => given = done);
      future.setResult(1);
      await sleep(0);
      assert.equal(given, future);
    }));

  it("are called in the next turn when the future is done already", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const future = new Future<number>();
      future.setResult(1);
      future.addDoneCallback(noting(log, "late"));
      assert.deepEqual(log, []);
      await sleep(0);
      assert.deepEqual(log, ["late"]);
    }));

  it("are called for errors and cancellation too", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const failed = new Future<number>();
      const cancelled = new Future<number>();
      failed.addDoneCallback((future) => log.push(String(future.exception())));
      cancelled.addDoneCallback((future) => log.push(String(future.cancelled())));
      failed.setException(new Error("bad"));
      cancelled.cancel();
      await sleep(0);
      assert.deepEqual(log, ["Error: bad", "true"]);
    }));

  it("are removed, every registration of them, and counted", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const future = new Future<number>();
      const twice = noting(log, "twice");
      assert.equal(future.removeDoneCallback(twice), 0);
      future.addDoneCallback(twice);
      assert.equal(future.removeDoneCallback(twice), 1);
      future.addDoneCallback(twice);
      future.addDoneCallback(noting(log, "other"));
      future.addDoneCallback(twice);
      assert.equal(future.removeDoneCallback(twice), 2);
      assert.equal(future.removeDoneCallback(twice), 0);
      future.setResult(1);
      await sleep(0);
      assert.deepEqual(log, ["other"]);
      assert.equal(future.removeDoneCallback(twice), 0);
    }));

  it("must be functions", () =>
    runVirtual(async () => {
      const future = new Future<number>();
      assert.throws(() => future.addDoneCallback(null as unknown as () => void), TypeError);
    }));
});

describe("Waiting for a Future", () => {
  bothColours("gives its result", function* ({ loop }) {
    const future = new Future<string>();
    loop.callLater(5, () => future.setResult("done"));
    assert.equal(yield* wait(future), "done");
    assert.equal(loop.time(), 5);
  });

  bothColours("throws its error", function* ({ loop }) {
    const future = new Future<string>();
    const error = new Error("bad");
    loop.callSoon(() => future.setException(error));
    let thrown: unknown;
    try {
      yield* wait(future);
    } catch (caught) {
      thrown = caught;
    }
    assert.equal(thrown, error);
  });

  bothColours("throws CancelledError with the message when the future is cancelled, and leaves the task uncancelled", function* ({ loop }) {
    const future = new Future<string>();
    loop.callSoon(() => void future.cancel("gone"));
    let thrown: unknown;
    try {
      yield* wait(future);
    } catch (caught) {
      thrown = caught;
    }
    assert.ok(thrown instanceof CancelledError);
    assert.equal(thrown.message, "gone");
    yield* wait(sleep(1));
  });

  bothColours("takes no turn when it is done", function* ({ loop }) {
    const log: string[] = [];
    loop.callSoon(() => log.push("a turn passed"));
    const done = new Future<number>();
    done.setResult(1);
    const failed = new Future<number>();
    failed.setException(new Error("bad"));
    const cancelled = new Future<number>();
    cancelled.cancel();
    for (let i = 0; i < 3; i++) assert.equal(yield* wait(done), 1);
    for (const future of [failed, cancelled]) {
      try {
        yield* wait(future);
        log.push("it did not throw");
      } catch {
        // as it should
      }
    }
    assert.deepEqual(log, []);
    yield* wait(sleep(0));
    assert.deepEqual(log, ["a turn passed"]);
  });

  bothColours("is open to many tasks, which go on in the order in which they came", function* ({ body }) {
    const log: string[] = [];
    const future = new Future<number>();
    const tasks = ["a", "b", "c"].map((name) =>
      createTask(body(function* () {
        log.push(name + (yield* wait(future)));
      }))
    );
    yield* wait(sleep(0));
    future.setResult(1);
    yield* wait(sleep(0));
    assert.deepEqual(log, ["a1", "b1", "c1"]);
    for (const task of tasks) yield* wait(task);
  });

  bothColours("of another loop is a RuntimeError at the await, unless it is done", function* () {
    const other = newEventLoop();
    const foreign = new Future<number>({ loop: other });
    let thrown: unknown;
    try {
      yield* wait(foreign);
    } catch (caught) {
      thrown = caught;
    }
    assert.ok(thrown instanceof RuntimeError);
    assert.match(thrown.message, /attached to a different loop/);
    foreign.setResult(1);
    assert.equal(yield* wait(foreign), 1);
    other.close();
  });
});
