import {
  asyncgen,
  createTask,
  Event,
  Future,
  gather,
  getRunningLoop,
  isCancelled,
  newEventLoop,
  run,
  sleep,
  timeout,
  TimeoutError,
  until,
} from "../../mod.ts";
import { assertNothingPending, runStrict, runVirtual } from "../../src/testing/mod.ts";
import { COLOURS, wait } from "../_kit/colours.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** The error of a program that waits for nothing. */
async function stuck(main: () => Promise<unknown>): Promise<Error> {
  try {
    await runVirtual(main);
  } catch (error) {
    assert.equal((error as Error).name, "RuntimeError");
    return error as Error;
  }
  throw new Error("the program was not stuck");
}

describe("runVirtual", () => {
  it("gives the result of main, or throws its error", async () => {
    assert.equal(await runVirtual(() => sleep(1e9, "slept")), "slept");
    assert.equal(
      await runVirtual(function* () {
        return yield* sleep(1e9, "slept");
      }),
      "slept",
    );
    assert.equal(await runVirtual(Promise.resolve("promise")), "promise");
    await assert.rejects(runVirtual(() => Promise.reject(new RangeError("bad"))), RangeError);
    await assert.rejects(runVirtual(7 as unknown as Promise<void>), TypeError);
  });

  it("passes its options on", async () => {
    const seen = await runVirtual(async () => [getRunningLoop().time(), getRunningLoop().getDebug()], { start: 42, debug: true });
    assert.deepEqual(seen, [42, true]);
    assert.equal(await runVirtual(async () => getRunningLoop().getDebug()), false);
  });

  it("cancels and awaits what is left, as run", async () => {
    const log: string[] = [];
    await runVirtual(async () => {
      createTask(async () => {
        try {
          await sleep(1e9);
        } finally {
          await sleep(1000);
          log.push("cleaned up");
        }
      });
      await sleep(1);
    });
    assert.deepEqual(log, ["cleaned up"]);
  });

  it("is refused inside a task", () =>
    run(async () => {
      await assert.rejects(async () => await runVirtual(() => sleep(1)), { name: "RuntimeError" });
    }));
});

describe("runVirtual with a seed", () => {
  /** Right only while the first of two tasks that are ready is the first that was made. */
  const fragile = async (): Promise<void> => {
    let ready = false;
    await gather([
      async () => void (ready = true),
      async () => {
        if (!ready) throw new RangeError("too early");
      },
    ]);
  };

  it("finds what works in one order only, and tells the seed", async () => {
    await runVirtual(fragile);
    const written: unknown[] = [];
    const original = console.error;
    console.error = (...parts: unknown[]) => written.push(parts.join(" "));
    const failed: number[] = [];
    try {
      for (let seed = 0; seed < 20; seed++) {
        await runVirtual(fragile, { seed }).catch((error) => (assert.ok(error instanceof RangeError), failed.push(seed)));
      }
      for (const seed of failed) await assert.rejects(runVirtual(fragile, { seed }), RangeError);
    } finally {
      console.error = original;
    }
    assert.ok(failed.length > 3 && failed.length < 17, `${failed.length} of 20 failed`);
    assert.deepEqual(written, [...failed, ...failed].map((seed) => `The program failed in the order of { seed: ${seed} }`));
  });
});

describe("A strict run", () => {
  const strict = (main: () => Promise<unknown>): Promise<unknown> => runVirtual(main, { strict: true });

  for (const [name, runIt] of [["virtual", strict], ["host", (main: () => Promise<unknown>) => runStrict(main)]] as const) {
    it(`gives the result of what cleans up after itself (${name})`, async () => {
      assert.equal(await runIt(() => sleep(1, "slept") as Promise<string>), "slept");
      await assert.rejects(runIt(() => Promise.reject(new RangeError("bad"))), { name: "RangeError", message: "bad" });
    });

    it(`fails when a task, a timer, a callback or a generator is left (${name})`, async () => {
      const left = runIt(async () => {
        const loop = getRunningLoop();
        createTask(() => sleep(1e6), { name: "left over" });
        loop.callLater(1e6, function later() {});
        loop.callLater(1e6, function cancelled() {}).cancel();
        const generator = asyncgen(async function* () {
          yield 1;
        })();
        await generator.next();
        loop.callSoon(function first() {
          loop.callSoon(function second() {});
        });
      });
      const error = await left.then(() => null, (error: Error) => error);
      assert.equal(error?.name, "RuntimeError");
      const [head, ...lines] = error!.message.split("\n");
      assert.equal(head, "Cannot call the program finished: this is pending");
      assert.deepEqual(lines.map((line) => line.replace(/ at [\d.]+$/, "")), [
        "  <Task pending name='left over'>",
        "  [object Asyncgen]",
        "  <Handle second>",
        "  <TimerHandle later>",
      ]);
    });

    it(`fails when something was reported (${name})`, async () => {
      const bad = new RangeError("bad");
      const reported = runIt(async () => {
        getRunningLoop().callSoon(() => {
          throw bad;
        });
        await sleep(1);
      });
      const message = "Cannot call the program finished: this was reported\n  Exception in callback <anonymous>: RangeError: bad";
      await assert.rejects(reported, { name: "RuntimeError", message, cause: bad });
    });
  }

  it("takes all that run takes", async () => {
    assert.equal(await runVirtual(Promise.resolve("promise"), { strict: true }), "promise");
    assert.equal(await runVirtual(sleep(1, "slept"), { strict: true }), "slept");
    await assert.rejects(runVirtual(7 as unknown as Promise<void>, { strict: true }), TypeError);
  });
});

describe("A program that waits for nothing", () => {
  for (const { name, body } of COLOURS) {
    it(`fails, with the list of its tasks (${name})`, async () => {
      const event = new Event();
      async function helper(): Promise<void> {
        await event.wait();
      }
      const error = await stuck(
        body(function* () {
          createTask(helper, { name: "waits for the event" });
          yield* wait(gather([new Future()]));
        }) as () => Promise<unknown>,
      );
      assert.match(error.message, /^Cannot go on: nothing is ready, no timer is set, nothing comes from outside; this is pending\n/);
      assert.match(error.message, /^ {2}<Task pending name='Task-\d+'>.*$/m);
      assert.match(error.message, /^ {2}<Task pending name='waits for the event'> of helper$/m);
    });
  }

  it("fails although a native promise is awaited that never settles", async () => {
    await stuck(() => new Promise(() => {}));
    await stuck(async () => await until(new Promise(() => {})));
  });

  it("fails when it is stuck only after hours", async () => {
    await stuck(async () => {
      await sleep(36_000_000);
      await new Event().wait();
    });
  });

  it("names the async generators that are open", async () => {
    const error = await stuck(async () => {
      const generator = asyncgen(async function* () {
        yield 1;
      })();
      await generator.next();
      await new Future();
    });
    assert.match(error.message, /\[object Asyncgen\]/);
  });

  it("has its clean-up run, though it fails", async () => {
    const log: string[] = [];
    await stuck(async () => {
      try {
        await new Future();
      } catch (error) {
        log.push(isCancelled(error) ? "cancelled" : "?");
        throw error;
      } finally {
        await sleep(1000);
        log.push("cleaned up");
      }
    });
    assert.deepEqual(log, ["cancelled", "cleaned up"]);
  });

  it("fails even if it is stuck again in its clean-up", async () => {
    const original = console.error;
    console.error = () => {}; // the loop tells that tasks are pending at its end
    try {
      await stuck(async () => {
        try {
          await new Future();
        } finally {
          await new Future();
        }
      });
    } finally {
      console.error = original;
    }
  });

  it("is none while a timer is set: it waits for that", async () => {
    await assert.rejects(runVirtual(() => timeout(1e9, () => new Future())), TimeoutError);
  });

  it("is none while foreign work is under way, be it slow", async () => {
    const result = await runVirtual(async () => {
      await until(new Promise((resolve) => setTimeout(resolve, 20)));
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
      return "came";
    });
    assert.equal(result, "came");
  });
});

describe("assertNothingPending", () => {
  it("passes on a loop that is done, and leaves out the task that asks", () =>
    runVirtual(async () => {
      assertNothingPending(getRunningLoop());
      await createTask(() => sleep(10));
      assertNothingPending(getRunningLoop());
      const other = newEventLoop();
      assertNothingPending(other);
      other.close();
    }));

  it("tells of timers and of callbacks that are still to be called, not of those that were cancelled", () =>
    runVirtual(async () => {
      const loop = getRunningLoop();
      const timer = loop.callLater(5, function later() {});
      const soon = loop.callSoon(function next() {});
      assert.throws(() => assertNothingPending(loop), { message: /pending\n {2}<Handle next>\n {2}<TimerHandle later> at 5$/ });
      soon.cancel();
      timer.cancel();
      assertNothingPending(loop);
    }));

  it("throws with a line for each task and each open async generator", () =>
    runVirtual(async () => {
      const task = createTask(() => sleep(10), { name: "left over" });
      const generator = asyncgen(async function* () {
        yield 1;
      })();
      await generator.next();
      assert.throws(() => assertNothingPending(getRunningLoop()), {
        name: "RuntimeError",
        message: /pending\n {2}<Task pending name='left over'>\n.*Asyncgen/,
      });
      await generator.return();
      await task;
      assertNothingPending(getRunningLoop());
    }));
});
