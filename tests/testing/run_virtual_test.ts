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
import { assertNothingPending, runVirtual } from "../../src/testing/mod.ts";
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
