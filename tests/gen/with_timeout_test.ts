import { CancelledError, createTask, type ExceptionContext, Future, sleep, TimeoutError } from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { bothColours, errorOf, wait } from "../_kit/colours.ts";
import { reportsOf, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const { withTimeout } = gen;

const inShort = ({ message, exception }: ExceptionContext): unknown[] => [message, exception];

describe("withTimeout", () => {
  bothColours("gives the result of what is done in time", function* ({ body }) {
    const job = body(function* () {
      yield* wait(sleep(5));
      return "in time";
    });
    assert.equal(yield* wait(withTimeout(10, job)), "in time");
    assert.deepEqual(yield* wait(withTimeout(10, [job, { x: job }])), ["in time", { x: "in time" }]);
    assert.deepEqual(yield* wait(withTimeout(10, [])), []);
    assert.equal(withTimeout(0, gen.maybeFuture("done")).result(), "done");
    assert.equal(withTimeout(-1, gen.moment).done(), true);
  });

  bothColours("gives the error of what fails in time", function* () {
    const error = new RangeError("bad");
    const future = new Future();
    const limited = withTimeout(10, future);
    future.setException(error);
    assert.equal(yield* errorOf(wait(limited)), error);
  });

  bothColours("stops waiting with TimeoutError when the time is over; the work goes on", function* ({ loop, body }) {
    const log: string[] = [];
    const work = createTask(body(function* () {
      yield* wait(sleep(20));
      log.push("done");
      return "result";
    }));
    const began = loop.time();
    const error = yield* errorOf(wait(withTimeout(5, work)));
    assert.ok(error instanceof TimeoutError);
    assert.deepEqual([loop.time() - began, log, work.cancelling()], [5, [], 0]);
    assert.equal(yield* wait(work), "result");
    assert.deepEqual(log, ["done"]);
  });

  bothColours("counts from the call, or until a time of the loop", function* ({ loop }) {
    const never = new Future();
    const began = loop.time();
    const limited = withTimeout(5, never);
    yield* wait(sleep(3));
    assert.ok((yield* errorOf(wait(limited))) instanceof TimeoutError);
    assert.equal(loop.time() - began, 5);
    assert.ok((yield* errorOf(wait(withTimeout({ at: began + 9 }, never)))) instanceof TimeoutError);
    assert.equal(loop.time() - began, 9);
    assert.ok((yield* errorOf(wait(withTimeout({ at: began }, never)))) instanceof TimeoutError);
    assert.ok((yield* errorOf(wait(withTimeout(-5, never)))) instanceof TimeoutError);
    assert.equal(loop.time() - began, 9, "a time that has passed means now");
  });

  bothColours("waits for ever with Infinity", function* () {
    const future = new Future<string>();
    const limited = withTimeout(Infinity, future);
    yield* wait(sleep(1e9));
    assert.equal(limited.done(), false);
    future.setResult("at last");
    assert.equal(yield* wait(limited), "at last");
  });

  bothColours("takes an outcome of the very turn of the deadline", function* ({ loop }) {
    const future = new Future<string>();
    loop.callLater(5, () => future.setResult("just in time"));
    assert.equal(yield* wait(withTimeout(5, future)), "just in time");
  });

  bothColours("that is cancelled leaves the work alone", function* ({ body }) {
    const work = createTask(() => sleep(20, "result"));
    const caller = createTask(body(function* () {
      yield* wait(withTimeout(10, work));
    }));
    yield* wait(sleep(1));
    caller.cancel("enough");
    const error = (yield* errorOf(wait(caller))) as Error;
    assert.deepEqual([error instanceof CancelledError, error.message], [true, "enough"]);
    assert.equal(yield* wait(work), "result");
  });

  bothColours("passes on that the work was cancelled", function* () {
    const work = new Future();
    const limited = withTimeout(10, work);
    work.cancel("why");
    const error = (yield* errorOf(wait(limited))) as Error;
    assert.deepEqual([error instanceof CancelledError, error.message, limited.cancelled()], [true, "why", true]);
  });

  it("tells a late error to the exception handler, once", async () => {
    const error = new RangeError("late");
    let work: Future<unknown> | undefined;
    const reports = await reportsOf(async () => {
      work = createTask(async () => {
        await sleep(10);
        throw error;
      });
      const results = await gen.multi([1, 2, 3].map((delay) => withTimeout(delay, work!))).catch((timeout) => timeout);
      assert.ok(results instanceof TimeoutError);
      await sleep(10);
    });
    assert.deepEqual(reports.filter(({ message }) => message !== "Multiple exceptions in yield list"), [
      { message: "Exception in Future after timeout", exception: error, future: work },
    ]);
  });

  it("tells no late error that is quiet, and none that came in time", async () => {
    const reports = await reportsOf(async () => {
      const [quiet, inTime, cancelled] = [new Future(), new Future(), new Future()];
      const limited = [withTimeout(1, quiet, { quietExceptions: [SyntaxError, RangeError] }), withTimeout(1, cancelled)];
      const failed = withTimeout(1, inTime);
      inTime.setException(new Error("in time"));
      await assert.rejects(failed, /in time/);
      for (const each of limited) await assert.rejects(each, TimeoutError);
      quiet.setException(new RangeError("quiet"));
      cancelled.cancel();
      await sleep(1);
    });
    assert.deepEqual(reports.map(inShort), []);
  });

  it("after it was cancelled leaves a late error to be reported as of any future, unless it is quiet", async () => {
    const error = new RangeError("late");
    const reports = await reportsOf(async () => {
      const futures = [new Future(), new Future()] as const;
      withTimeout(5, futures[0]).cancel();
      withTimeout(5, futures[1], { quietExceptions: RangeError }).cancel();
      for (const future of futures) future.setException(error);
      await sleep(10);
    });
    assert.deepEqual(reports.map(inShort), [["Future exception was never retrieved", error]]);
  });

  it("leaves no timer behind, however it ends", () =>
    runVirtual(async (loop) => {
      const began = loop.time();
      await withTimeout(1e6, sleep(1));
      withTimeout(1e6, new Future()).cancel();
      await assert.rejects(withTimeout(2, gen.sleep(3)), TimeoutError);
      await sleep(1);
      assert.equal(loop.time() - began, 4);
    }));

  it("refuses bad deadlines and bad things at the call, and starts nothing then", () =>
    runVirtual(async () => {
      let started = false;
      const job = function* () {
        started = true;
      };
      for (const deadline of ["5", undefined, null, {}, { at: "5" }, true]) {
        assert.throws(() => withTimeout(deadline as never, job), {
          name: "TypeError",
          message: /^Cannot use the dea?d?line? ?|^Cannot use the delay/,
        });
      }
      assert.throws(() => withTimeout(NaN, job), RangeError);
      assert.throws(() => withTimeout({ at: NaN }, job), RangeError);
      assert.throws(() => withTimeout(5, job, { quietExceptions: 7 as never }), TypeError);
      assert.equal(started, false);
      assert.throws(() => withTimeout(5, 7 as never), gen.BadYieldError);
      assert.throws(() => withTimeout(5, [job, 7] as never), gen.BadYieldError);
      assert.equal(started, false);
    }));
});
