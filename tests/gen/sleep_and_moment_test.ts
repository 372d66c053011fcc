import { CancelledError, createTask, gather, getRunningLoop, isFuture, run, shield, sleep } from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { assert, describe, it } from "../_kit/mod.ts";

describe("gen.sleep", () => {
  bothColours("is a future whose clock runs from the call", function* ({ loop }) {
    const began = loop.time();
    const [a, b] = [gen.sleep(10), gen.sleep(10)];
    assert.ok(isFuture(a) && !a.done());
    assert.equal(yield* wait(a), undefined);
    yield* wait(b);
    yield* wait(b);
    assert.equal(loop.time() - began, 10);
  });

  bothColours("of zero and less is done in the next turn", function* () {
    for (const delay of [0, -5]) {
      const future = gen.sleep(delay);
      assert.equal(future.done(), false);
      yield* wait(sleep(0));
      yield* wait(sleep(0)); // timers that are due come last in a turn
      assert.equal(future.done(), true);
    }
  });

  bothColours("leaves no timer behind when it is cancelled", function* ({ loop, body }) {
    const began = loop.time();
    const sleeper = createTask(body(function* () {
      yield* wait(gen.sleep(1e6));
    }));
    yield* wait(sleep(1));
    sleeper.cancel();
    yield* wait(sleep(1));
    assert.deepEqual([sleeper.cancelled(), loop.time() - began], [true, 2]);
    const byHand = gen.sleep(5);
    byHand.setResult(undefined);
    yield* wait(sleep(10));
  });

  it("refuses bad delays at the call", () => {
    for (const delay of ["5", undefined, null, {}]) assert.throws(() => gen.sleep(delay as never), TypeError);
    assert.throws(() => gen.sleep(NaN), RangeError);
  });
});

describe("gen.moment", () => {
  bothColours("gives up exactly one turn, each time", function* ({ loop }) {
    for (let n = 0; n < 3; n++) {
      const log: string[] = [];
      loop.callSoon(() => {
        log.push("first turn");
        loop.callSoon(() => log.push("second turn"));
      });
      assert.equal(yield* wait(gen.moment), undefined);
      assert.deepEqual(log, ["first turn"]);
    }
  });

  bothColours("is a future that is done, whichever loop runs", function* ({ loop }) {
    const { moment } = gen;
    assert.deepEqual([isFuture(moment), moment.done(), moment.cancelled(), moment.cancel(), moment.exception()], [
      true,
      true,
      false,
      false,
      null,
    ]);
    assert.equal(moment.result(), undefined);
    assert.equal(moment.getLoop(), loop);
    assert.throws(() => moment.setResult(), { name: "InvalidStateError" });
    assert.deepEqual(yield* wait(gather([moment, sleep(1, "slept")])), [undefined, "slept"]);
    assert.equal(shield(moment), moment);
    const called: unknown[] = [];
    moment.addDoneCallback((future) => called.push(future === moment));
    yield* wait(sleep(0));
    assert.deepEqual(called, [true]);
    assert.match(String(moment), /^<Future finished/);
  });

  it("can be used by several loops, and outside of any", async () => {
    await Promise.all([1, 2].map(() =>
      run(async () => {
        await gen.moment;
        assert.equal(gen.moment.getLoop(), getRunningLoop());
      }, { signals: false })
    ));
    await gen.moment;
    assert.equal(await gen.moment.then(() => "then"), "then");
    assert.equal(await gen.moment.finally(() => {}), undefined);
  });

  bothColours("lets the one who waits be cancelled there", function* ({ body }) {
    const log: unknown[] = [];
    const task = createTask(body(function* () {
      try {
        yield* wait(gen.moment);
        yield* wait(sleep(1));
      } catch (error) {
        log.push(error instanceof CancelledError);
        throw error;
      }
    }));
    yield* wait(sleep(0));
    task.cancel();
    yield* wait(sleep(1));
    assert.deepEqual([log, task.cancelled(), gen.moment.cancelled()], [[true], true, false]);
    yield* wait(gen.moment);
  });
});
