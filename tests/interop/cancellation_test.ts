/** Cancellation of plain async functions, which know nothing of signals: it reaches every await of an awaitable of the library. */

import {
  asyncgen,
  CancelledError,
  coroutine,
  createTask,
  Event,
  Future,
  gather,
  isCancelled,
  shield,
  sleep,
  timeout,
  TimeoutError,
  until,
} from "../../mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Starts `body`, cancels it after 5 ms, and gives how it ended; after 5 ms more, which clean-up may take. */
async function cancelled(body: (log: string[]) => Promise<unknown>): Promise<string[]> {
  const log: string[] = [];
  const task = createTask(() => body(log));
  await sleep(5);
  task.cancel("stop");
  await sleep(5);
  assert.equal(task.done(), true, "the task did not end");
  assert.equal(task.cancelled(), true, "the task was not cancelled");
  assert.throws(() => task.result(), { name: "CancelledError", message: "stop" });
  return log;
}

/** Writes down how `waiting` ends, and passes it on. */
async function noted<T>(log: string[], name: string, waiting: PromiseLike<T>): Promise<T> {
  try {
    return await waiting;
  } catch (error) {
    log.push(`${name}: ${isCancelled(error) ? `cancelled ${error.message}`.trim() : error}`);
    throw error;
  } finally {
    log.push(`${name} ended`);
  }
}

describe("Cancelling a task of async functions", () => {
  it("throws at the await", () =>
    runVirtual(async () => {
      assert.deepEqual(await cancelled((log) => noted(log, "sleep", sleep(1000))), ["sleep: cancelled stop", "sleep ended"]);
    }));

  it("reaches three levels down, and every level cleans up", () =>
    runVirtual(async () => {
      const inner = (log: string[]) => noted(log, "inner", sleep(1000));
      const middle = (log: string[]) => noted(log, "middle", inner(log));
      const outer = (log: string[]) => noted(log, "outer", middle(log));
      assert.deepEqual(await cancelled(outer), [
        "inner: cancelled stop",
        "inner ended",
        "middle: cancelled stop",
        "middle ended",
        "outer: cancelled stop",
        "outer ended",
      ]);
    }));

  it("reaches helpers that were called before they are awaited", () =>
    runVirtual(async () => {
      const log = await cancelled(async (log) => {
        const early = noted(log, "early", sleep(1000));
        await sleep(1);
        await early;
      });
      assert.deepEqual(log, ["early: cancelled stop", "early ended"]);
    }));

  it("runs a finally that awaits, to its end", () =>
    runVirtual(async () => {
      const log = await cancelled(async (log) => {
        try {
          await sleep(1000);
        } finally {
          await sleep(2);
          await sleep(2);
          log.push("cleaned up");
        }
      });
      assert.deepEqual(log, ["cleaned up"]);
    }));

  it("reaches a finally that awaits when it is asked for again", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await noted(log, "clean-up", sleep(1000));
        }
      });
      await sleep(1);
      task.cancel("first");
      await sleep(1);
      assert.equal(task.done(), false);
      task.cancel("second");
      await sleep(1);
      assert.deepEqual(log, ["clean-up: cancelled second", "clean-up ended"]);
      assert.equal(task.cancelled(), true);
      assert.equal(task.cancelling(), 2);
    }));

  it("is kept while the task runs, or waits for something foreign, and thrown at its next await", () =>
    runVirtual(async () => {
      const gate = Promise.withResolvers<void>();
      const log: string[] = [];
      const task = createTask(async () => {
        await gate.promise;
        log.push("goes on");
        await noted(log, "next", sleep(1000));
      });
      await sleep(1);
      task.cancel("kept");
      await sleep(1);
      assert.equal(task.done(), false);
      gate.resolve();
      await sleep(1);
      assert.deepEqual(log, ["goes on", "next: cancelled kept", "next ended"]);
      assert.equal(task.cancelled(), true);
    }));

  it("is kept for an await that comes after any number of foreign ones", () =>
    runVirtual(async () => {
      const log: string[] = [];
      const task = createTask(async () => {
        for (let i = 0; i < 20; i++) await Promise.resolve();
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (let i = 0; i < 20; i++) await Promise.resolve();
        await noted(log, "next", sleep(1000));
      });
      await sleep(0);
      task.cancel();
      await gather([task], { returnExceptions: true });
      assert.deepEqual(log, ["next: cancelled", "next ended"]);
    }));
});

describe("Cancelling a task that iterates", () => {
  async function* native(log: string[]): AsyncGenerator<number> {
    try {
      for (let i = 0;; i++) {
        yield i;
        await sleep(2);
      }
    } finally {
      await sleep(1);
      log.push("generator ended");
    }
  }

  it("a native async generator: it is thrown inside, and the loop around ends", () =>
    runVirtual(async () => {
      const log = await cancelled(async (log) => {
        for await (const i of native(log)) log.push(`got ${i}`);
      });
      assert.deepEqual(log, ["got 0", "got 1", "got 2", "generator ended"]);
    }));

  it("an asyncgen: the same", () =>
    runVirtual(async () => {
      const tracked = asyncgen(native);
      const log = await cancelled(async (log) => {
        for await (const i of tracked(log)) log.push(`got ${i}`);
      });
      assert.deepEqual(log, ["got 0", "got 1", "got 2", "generator ended"]);
    }));

  it("and waits in the body of the loop: the generator is closed, and may await while it is", () =>
    runVirtual(async () => {
      for (const make of [native, asyncgen(native)]) {
        const log = await cancelled(async (log) => {
          for await (const i of make(log)) await noted(log, `body ${i}`, sleep(1000));
        });
        assert.deepEqual(log, ["body 0: cancelled stop", "body 0 ended", "generator ended"]);
      }
    }));

  it("a generator nested in another", () =>
    runVirtual(async () => {
      async function* outer(log: string[]): AsyncGenerator<number> {
        try {
          yield* native(log);
        } finally {
          log.push("outer ended");
        }
      }
      const log = await cancelled(async (log) => {
        for await (const i of outer(log)) log.push(`got ${i}`);
      });
      assert.deepEqual(log, ["got 0", "got 1", "got 2", "generator ended", "outer ended"]);
    }));

  it("promises of the library with for await over an array", () =>
    runVirtual(async () => {
      const log = await cancelled(async (log) => {
        for await (const text of [sleep(1, "a"), sleep(1, "b"), sleep(1000, "c")]) log.push(text);
      });
      assert.deepEqual(log, ["a", "b"]);
    }));
});

describe("Cancelling a task that waits for several things at once", () => {
  it("reaches all awaitables in Promise.all", () =>
    runVirtual(async () => {
      const future = new Future();
      const event = new Event();
      const log = await cancelled(async (log) => {
        await Promise.all([noted(log, "sleep", sleep(1000)), future, event.wait(), noted(log, "future", future)]);
      });
      assert.deepEqual(log.sort(), ["future ended", "future: cancelled stop", "sleep ended", "sleep: cancelled stop"]);
      assert.equal(future.cancelled(), true);
    }));

  for (const combinator of ["all", "race", "any", "allSettled"] as const) {
    it(`reaches bare awaitables and helpers in Promise.${combinator}`, () =>
      runVirtual(async () => {
        const [first, second] = [new Future(), new Future()];
        const combine: (promises: Promise<unknown>[]) => Promise<unknown> = Promise[combinator].bind(Promise);
        const log: string[] = [];
        const task = createTask(async () => {
          await combine([first, noted(log, "helper", second), sleep(1000)]);
          await sleep(1); // Promise.allSettled swallows, Promise.any makes an AggregateError
        });
        await sleep(1);
        task.cancel("stop");
        await sleep(10);
        assert.equal(task.done(), true);
        assert.equal(first.cancelled(), true);
        assert.equal(second.cancelled(), true);
        assert.deepEqual(log, ["helper: cancelled stop", "helper ended"]);
        if (combinator === "all" || combinator === "race") assert.equal(task.cancelled(), true);
        if (combinator === "any") assert.ok((task.exception() as AggregateError).errors.every(isCancelled));
        if (combinator === "allSettled") assert.equal(task.result(), undefined);
        assert.equal(task.cancelling(), 1);
      }));
  }

  it("reaches the losers of a Promise.race that has been won, while they are waited for", () =>
    runVirtual(async () => {
      const loser = new Future();
      const task = createTask(async () => {
        await Promise.race([sleep(1), loser]);
        await sleep(1000);
      });
      await sleep(5);
      assert.equal(loser.done(), false);
      task.cancel();
      await sleep(5);
      assert.equal(task.cancelled(), true);
      assert.equal(loser.cancelled(), true);
    }));

  it("reaches nested combinators", () =>
    runVirtual(async () => {
      const futures = Array.from({ length: 5 }, () => new Future());
      const [a, b, c, d, e] = futures as [Future, Future, Future, Future, Future];
      await cancelled(async () => {
        await Promise.all([a, Promise.race([b, Promise.all([c, d])]), (async () => await Promise.any([e]))()]);
      });
      assert.deepEqual(futures.map((future) => future.cancelled()), [true, true, true, true, true]);
    }));

  it("reaches a gather and its tasks", () =>
    runVirtual(async () => {
      const log = await cancelled(async (log) => {
        await gather([() => noted(log, "a", sleep(1000)), () => noted(log, "b", sleep(1000))]);
      });
      assert.deepEqual(log, ["a: cancelled stop", "a ended", "b: cancelled stop", "b ended"]);
    }));

  it("leaves alone what is shielded", () =>
    runVirtual(async () => {
      const work = createTask(() => sleep(20, "saved"));
      await cancelled(async () => {
        await shield(work);
      });
      assert.equal(await work, "saved");
    }));
});

describe("Cancelling a task that awaits through promise methods", () => {
  const ways: Record<string, (log: string[]) => unknown> = {
    ".catch() of the library": () => sleep(1000).catch(() => "swallowed"),
    ".then() of the library": () => sleep(1000, 1).then((value) => value + 1),
    ".then() with two handlers": () => sleep(1000, 1).then((value) => value, () => "swallowed"),
    ".finally() of the library": () => sleep(1000).finally(() => {}),
    "a chain of them": () => sleep(1000).then(() => 1).catch(() => 2).finally(() => {}),
    ".catch() of a task": () => createTask(() => sleep(1000)).catch(() => "swallowed"),
    ".then() of a gather": () => gather([() => sleep(1000)]).then((results) => results.length),
    ".catch() of a native promise of a helper": (log) => noted(log, "helper", sleep(1000)).catch((error) => Promise.reject(error)),
    "until(native promise)": () => until(new Promise(() => {})),
    "timeout(), scope and all": (log) => timeout(2000, () => noted(log, "body", sleep(1000))),
    "a coroutine function": (log) => coroutine(async () => await noted(log, "body", sleep(1000)))(),
    "a coroutine function of a generator": () =>
      coroutine(function* () {
        yield* sleep(1000);
      })(),
  };
  for (const [name, way] of Object.entries(ways)) {
    it(`reaches through ${name}`, () =>
      runVirtual(async () => {
        await cancelled(async (log) => {
          await way(log);
        });
      }));
  }

  it("through .then(): the callback is not called", () =>
    runVirtual(async () => {
      const log = await cancelled(async (log) => {
        await sleep(1000).then(() => log.push("called"));
      });
      assert.deepEqual(log, []);
    }));
});

describe("Several timeouts side by side in Promise.all", () => {
  it("one expiring leaves the others alone", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const results = await Promise.allSettled([
        timeout(10, () => noted(log, "short", sleep(1000))),
        sleep(50, "slept"),
        timeout(200, () => sleep(100, "long")),
      ]);
      assert.deepEqual(results.map((result) => result.status), ["rejected", "fulfilled", "fulfilled"]);
      assert.ok((results[0] as PromiseRejectedResult).reason instanceof TimeoutError);
      assert.deepEqual(results.slice(1).map((result) => (result as PromiseFulfilledResult<string>).value), ["slept", "long"]);
      assert.deepEqual(log, ["short: cancelled", "short ended"]);
      assert.equal(loop.time(), 100);
    }));

  it("one expiring fails a Promise.all at once, and the others go on to their ends", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const both = Promise.all([
        timeout(10, () => sleep(1000)),
        timeout(200, async () => {
          await sleep(100);
          log.push(`long ended at ${loop.time()}`);
        }),
      ]);
      await assert.rejects(both, TimeoutError);
      assert.equal(loop.time(), 10);
      await sleep(200);
      assert.deepEqual(log, ["long ended at 100"]);
    }));

  it("both expiring, at different times and at the same time", () =>
    runVirtual(async (loop) => {
      for (const [first, second] of [[10, 20], [10, 10], [20, 10]] as const) {
        const start = loop.time();
        const results = await Promise.allSettled([timeout(first, () => sleep(1000)), timeout(second, () => sleep(1000))]);
        assert.ok(results.every((result) => result.status === "rejected" && result.reason instanceof TimeoutError));
        assert.equal(loop.time() - start, Math.max(first, second));
      }
      assert.equal(await sleep(1, "on"), "on");
    }));

  it("are all cancelled with their task, which is no TimeoutError", () =>
    runVirtual(async () => {
      const log = await cancelled(async (log) => {
        await Promise.all(["a", "b"].map((name) => timeout(100, () => noted(log, name, sleep(1000)))));
      });
      assert.deepEqual(log, ["a: cancelled stop", "a ended", "b: cancelled stop", "b ended"]);
    }));
});

describe("Cancellation and what it is not", () => {
  it("an error of another kind passes through a cancelled await's neighbours untouched", () =>
    runVirtual(async () => {
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } catch {
          throw new RangeError("instead");
        }
      });
      await sleep(1);
      task.cancel();
      await assert.rejects(async () => await task, RangeError);
    }));

  it("a cancelled future cancels who waits for it but not their task's other waits", () =>
    runVirtual(async () => {
      const future = new Future();
      const task = createTask(async () => {
        const [first, second] = await Promise.allSettled([future, sleep(10, "slept")]);
        return [first.status, second.status];
      });
      await sleep(1);
      future.cancel();
      assert.deepEqual(await task, ["rejected", "fulfilled"]);
      assert.equal(task.cancelling(), 0);
    }));

  it("a task of its own is not reached by cancelling the task that made it", () =>
    runVirtual(async () => {
      let child: Future<string> | undefined;
      await cancelled(async () => {
        child = createTask(() => sleep(30, "child"));
        await sleep(1000);
      });
      assert.equal(await child, "child");
    }));

  it("CancelledError is told by isCancelled", () => {
    assert.equal(isCancelled(new CancelledError()), true);
    assert.equal(isCancelled(new Error("CancelledError")), false);
    assert.equal(isCancelled(null), false);
  });
});
