import { currentTask, Future, getRunningLoop, sleep, TimeoutError } from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const { runSync } = gen;

describe("runSync", () => {
  it("gives the result of a coroutine, whatever makes it", async () => {
    const job = gen.coroutine(function* (): Generator<unknown, string, unknown> {
      yield gen.moment;
      return "gen.coroutine";
    });
    assert.equal(await runSync(job), "gen.coroutine");
    assert.equal(
      await runSync(function* () {
        yield* sleep(0);
        return "generator";
      }),
      "generator",
    );
    const inTask = async () => {
      await sleep(0);
      return [currentTask() !== null, getRunningLoop() === currentTask()?.getLoop()];
    };
    assert.deepEqual(await runSync(inTask as never), [true, true]);
    assert.deepEqual(await runSync(() => [job(), { a: job() }] as never), ["gen.coroutine", { a: "gen.coroutine" }]);
    assert.equal(await runSync((() => undefined) as never), undefined);
    assert.equal(await runSync((() => null) as never), null);
  });

  it("runs all on one loop, which can be used again after an error", async () => {
    const error = new RangeError("bad");
    const loops: unknown[] = [];
    const fails = gen.coroutine(function* () {
      loops.push(getRunningLoop());
      yield gen.moment;
      throw error;
    });
    await assert.rejects(runSync(fails), error);
    await assert.rejects(runSync(fails), error);
    assert.equal(loops[0], loops[1]);
    await assert.rejects(
      runSync(() => {
        throw error;
      }),
      error,
    );
  });

  it("gives up after the timeout, and leaves the coroutine to itself", async () => {
    const future = new Future<string>();
    let ended = false;
    const job = gen.coroutine(function* () {
      yield future;
      ended = true;
    });
    await assert.rejects(runSync(job, 1), TimeoutError);
    assert.equal(ended, false);
    future.setResult("go on");
    await future;
    await sleep(0);
    assert.equal(ended, true);
    assert.equal(await runSync(() => gen.maybeFuture("in time"), 10_000), "in time");
  });

  it("refuses values, bad arguments, and a loop that is running", async () => {
    await assert.rejects(runSync(() => "a plain value" as never), gen.BadYieldError);
    for (const value of [undefined, null, 7, "text", gen.moment]) {
      await assert.rejects(runSync(value as never), { name: "TypeError", message: /^Cannot run: a function was expected/ });
    }
    await assert.rejects(runSync(() => gen.sleep(0), "5" as never), TypeError);
    await assert.rejects(runSync(() => gen.sleep(0), NaN), RangeError);
    await runVirtual(async () => {
      const nested = runSync(() => gen.sleep(0));
      await assert.rejects(nested, { name: "RuntimeError", message: "runSync() cannot be called from a running event loop" });
    });
  });
});
