import { CancelledError, createTask, type ExceptionContext, sleep } from "../../mod.ts";
import * as gen from "../../src/gen/mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

type Callback = (...results: unknown[]) => void;

describe("gen.task", () => {
  bothColours("gives what the callback is called with: one, none, several", function* ({ loop }) {
    const later = (results: readonly unknown[], callback: Callback) => void loop.callSoon(callback, ...results);
    assert.equal(yield* wait(gen.task(later, ["one"])), "one");
    assert.equal(yield* wait(gen.task(later, [])), undefined);
    const several = yield* wait(gen.task(later, [1, 2, { key: "named" }]));
    assert.ok(several instanceof gen.Arguments);
    assert.deepEqual(several.args, [1, 2, { key: "named" }]);
    assert.equal(gen.task((a: number, b: number, callback: Callback) => callback(a + b), 1, 2).result(), 3);
  });

  bothColours("gives what the function throws as its error", function* () {
    const error = new RangeError("bad");
    const fails = (_callback: Callback): void => {
      throw error;
    };
    const rejects = async (_callback: Callback): Promise<void> => {
      throw error;
    };
    for (const future of [gen.task(fails), gen.task(rejects)]) {
      try {
        yield* wait(future);
        assert.fail();
      } catch (caught) {
        assert.equal(caught, error);
      }
    }
  });

  bothColours("takes the first call of the callback, and none after a cancellation", function* ({ body }) {
    let keep: Callback = () => {};
    const take = (callback: Callback) => void (keep = callback);
    const twice = gen.task(take);
    keep(1);
    keep(2);
    assert.equal(yield* wait(twice), 1);
    const waiter = createTask(body(function* () {
      yield* wait(gen.task(take));
    }));
    yield* wait(sleep(1));
    waiter.cancel();
    yield* wait(sleep(1));
    assert.equal(waiter.cancelled(), true);
    keep("too late");
  });

  bothColours("reports what a function throws after it has called back", function* ({ loop }) {
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => reports.push(context));
    const error = new RangeError("bad");
    const future = gen.task((callback: Callback) => {
      callback("result");
      throw error;
    });
    assert.equal(yield* wait(future), "result");
    assert.deepEqual(reports, [{ message: "Exception in a function that has called its callback", exception: error, future }]);
  });

  bothColours("passes on a cancellation that the function throws", function* () {
    const future = gen.task((_callback: Callback) => {
      throw new CancelledError("why");
    });
    assert.equal(future.cancelled(), true);
    yield* wait(sleep(0));
  });

  it("refuses what is no function", () =>
    runVirtual(async () => {
      for (const value of [undefined, null, 7, "fn"]) {
        assert.throws(() => gen.task(value as never), {
          name: "TypeError",
          message: /^Cannot call with a callback: a function was expected/,
        });
      }
    }));
});
