import { CancelledError, createTask, Future, isCancelled, isFuture, sleep } from "../../mod.ts";
import { bothColours, wait } from "../_kit/colours.ts";
import { reportsOf, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** What `then` and its kin really give. */
function chained<T>(promise: Promise<T>): Future<T> {
  assert.ok(isFuture(promise));
  return promise as Future<T>;
}

describe("then, catch and finally called by hand", () => {
  bothColours("give Futures with what the callback returned", function* () {
    const source = new Future<number>();
    const plus = chained(source.then((value) => value + 1));
    const unchanged = chained(source.then());
    source.setResult(1);
    assert.equal(yield* wait(plus), 2);
    assert.equal(yield* wait(unchanged), 1);
  });

  bothColours("adopt promises and awaitables that the callback returned", function* ({ loop }) {
    const source = new Future<number>();
    const native = chained(source.then((value) => Promise.resolve(value + 1)));
    const lazy = chained(source.then((value) => sleep(10, value + 2)));
    const rejected = chained(source.then(() => Promise.reject(new Error("from the callback"))));
    source.setResult(1);
    assert.equal(yield* wait(native), 2);
    assert.equal(yield* wait(lazy), 3);
    assert.equal(loop.time(), 10);
    assert.match(String(rejected.exception()), /from the callback/);
  });

  bothColours("fail with what the callback threw", function* () {
    const source = new Future<number>();
    const error = new Error("thrown");
    const chain = chained(source.then(() => {
      throw error;
    }));
    source.setResult(1);
    yield* wait(sleep(0));
    assert.equal(chain.exception(), error);
  });

  bothColours("pass errors on to where they are caught", function* () {
    const source = new Future<number>();
    const skipped = chained(source.then(() => "never"));
    const caught = chained(source.then(() => "never").catch((error) => `caught ${error.message}`));
    source.setException(new Error("bad"));
    assert.equal(yield* wait(caught), "caught bad");
    assert.match(String(skipped.exception()), /bad/);
  });

  bothColours("finally keeps the outcome, and waits for what its callback returns", function* ({ loop }) {
    const log: string[] = [];
    const good = new Future<number>();
    const bad = new Future<number>();
    const afterGood = chained(good.finally(async () => {
      await sleep(10);
      log.push("good");
    }));
    const afterBad = chained(bad.finally(() => log.push("bad")));
    good.setResult(1);
    bad.setException(new Error("kept"));
    assert.equal(yield* wait(afterGood), 1);
    assert.equal(loop.time(), 10);
    assert.match(String(afterBad.exception()), /kept/);
    assert.deepEqual(log, ["bad", "good"]);
  });

  bothColours("finally fails with what its callback throws", function* () {
    const source = new Future<number>();
    const chain = chained(source.finally(() => {
      throw new Error("from finally");
    }));
    source.setResult(1);
    yield* wait(sleep(1));
    assert.match(String(chain.exception()), /from finally/);
  });

  bothColours("call back in the loop's next turn", function* () {
    const log: string[] = [];
    const source = new Future<number>();
    source.then(() => log.push("called"));
    source.setResult(1);
    assert.deepEqual(log, []);
    yield* wait(sleep(0));
    assert.deepEqual(log, ["called"]);
  });
});

describe("Cancelling a chain", () => {
  it("cancels its source", () =>
    runVirtual(async () => {
      const source = new Future<number>();
      const chain = chained(source.then((value) => value).catch(() => 1).finally(() => {}));
      assert.equal(chain.cancel("stop"), true);
      assert.equal(source.cancelled(), true);
      assert.throws(() => source.result(), { message: "stop" });
      await sleep(1);
      assert.equal(chain.cancelled(), true);
      assert.throws(() => chain.result(), { name: "CancelledError", message: "stop" });
    }));

  it("gives CancelledError whatever the callbacks return", () =>
    runVirtual(async () => {
      const source = new Future<number>();
      const swallowing = chained(source.catch(() => "swallowed"));
      const throwing = chained(source.catch(() => {
        throw new Error("another error");
      }));
      const waiting = chained(source.catch(() => sleep(5, "swallowed later")));
      for (const chain of [swallowing, throwing, waiting]) chain.cancel();
      await sleep(10);
      for (const chain of [swallowing, throwing, waiting]) assert.equal(chain.cancelled(), true);
    }));

  it("waits for a source that takes its time to end", () =>
    runVirtual(async (loop) => {
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await sleep(20);
        }
      });
      const chain = chained(task.then(() => "never"));
      await sleep(1);
      chain.cancel();
      assert.equal(chain.done(), false);
      await assert.rejects(async () => await chain, CancelledError);
      assert.equal(loop.time(), 21);
    }));

  it("is a CancelledError even when the source swallows it", () =>
    runVirtual(async () => {
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } catch {
          return "swallowed";
        }
        return "slept";
      });
      const chain = chained(task.then((value) => value));
      await sleep(1);
      chain.cancel();
      await assert.rejects(async () => await chain, CancelledError);
      assert.equal(task.result(), "swallowed");
    }));

  it("takes effect when the source is done and the callback's promise is pending", () =>
    runVirtual(async () => {
      const source = new Future<number>();
      const chain = chained(source.then(() => new Promise(() => {})));
      source.setResult(1);
      await sleep(1);
      assert.equal(chain.done(), false);
      assert.equal(chain.cancel(), true);
      assert.equal(chain.cancelled(), true);
      assert.equal(source.result(), 1);
    }));

  it("does nothing once it is done", () =>
    runVirtual(async () => {
      const source = new Future<number>();
      const chain = chained(source.then((value) => value));
      source.setResult(1);
      await sleep(1);
      assert.equal(chain.cancel(), false);
      assert.equal(chain.result(), 1);
    }));

  for (const [name, chain] of Object.entries(CHAINS())) {
    bothColours(`reaches the source when the task that awaits it is cancelled, and cannot be swallowed: ${name}`, function* ({ body }) {
      const source = new Future<number>();
      const task = createTask(body(function* () {
        return yield* wait(chain(source));
      }));
      yield* wait(sleep(1));
      task.cancel("from outside");
      yield* wait(sleep(1));
      assert.equal(source.cancelled(), true);
      assert.equal(task.cancelled(), true);
      assert.throws(() => task.result(), { message: "from outside" });
    });
  }
});

function CHAINS(): Record<string, (source: Future<number>) => Future<unknown>> {
  return {
    "then": (source) => chained(source.then((value) => value)),
    "then with a handler for errors": (source) => chained(source.then((value) => value, () => "swallowed")),
    "catch": (source) => chained(source.catch(() => "swallowed")),
    "finally": (source) => chained(source.finally(() => {})),
    "a long chain": (source) => chained(source.then((value) => value).catch(() => "swallowed").finally(() => {}).then((value) => value)),
  };
}

describe("A then written by hand", () => {
  it("does not tie the future to the task that wrote it", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const source = new Future<number>();
      const task = createTask(async () => {
        source.then((value) => log.push(`got ${value}`));
        source.catch(() => log.push("caught"));
        source.finally(() => void log.push("finally"));
        await sleep(1000);
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      assert.equal(task.cancelled(), true);
      assert.equal(source.done(), false);
      source.setResult(5);
      await sleep(1);
      assert.deepEqual(log, ["got 5", "finally"]);
    }));

  it("on a lazy awaitable starts it as a task of its own", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const task = createTask(async () => {
        void sleep(10, "slept").then((value) => log.push(value));
        await sleep(1000);
      });
      await sleep(1);
      task.cancel();
      await sleep(20);
      assert.deepEqual(log, ["slept"]);
      assert.equal(loop.time(), 21);
    }));

  it("is told from an await by its functions, bound and native ones with names among them", () =>
    runVirtual(async () => {
      const log: unknown[] = [];
      const source = new Future<number>();
      const note = log.push.bind(log);
      const task = createTask(async () => {
        source.then(note, note);
        await sleep(1000);
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      assert.equal(source.done(), false);
      source.setResult(3);
      await sleep(1);
      assert.deepEqual(log, [3]);
    }));

  it("that fails is reported as a future that nobody looked at, and is no unhandled rejection", async () => {
    const reports = await reportsOf(async () => {
      const source = new Future<number>();
      void source.then(() => {
        throw new Error("nobody looks");
      });
      source.setResult(1);
      await sleep(1);
    });
    assert.deepEqual(reports.map(({ message, exception }) => [message, String(exception)]), [
      ["Future exception was never retrieved", "Error: nobody looks"],
    ]);
  });

  it("passes the source's error on, which then is the chain's to report", async () => {
    const reports = await reportsOf(async () => {
      const source = new Future<number>();
      void source.then(() => {});
      source.setException(new Error("passed on"));
      await sleep(1);
    });
    assert.equal(reports.length, 1);
  });

  it("passes a cancellation on", () =>
    runVirtual(async () => {
      const source = new Future<number>();
      const chain = chained(source.then(() => "never"));
      const handled = chained(source.catch((error) => isCancelled(error)));
      source.cancel("gone");
      await sleep(1);
      assert.equal(chain.cancelled(), true);
      assert.throws(() => chain.result(), { message: "gone" });
      assert.equal(handled.result(), true);
    }));
});
