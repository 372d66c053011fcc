import { createTask, type ExceptionContext, Future, gather, sleep, wait as waitForAll } from "../../mod.ts";
import { COLOURS, wait } from "../_kit/colours.ts";
import { reportsOf } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

function texts(reports: readonly ExceptionContext[]): string[] {
  return reports.map(({ message, exception }) => `${message}: ${exception}`);
}

function* failing() {
  throw new Error("lost");
}

describe("A failure that nobody retrieved", () => {
  it("of a future is reported once, when the loop ends", async () => {
    const seen: number[] = [];
    const reports = await reportsOf(async (loop) => {
      const future = new Future<number>();
      future.setException(new Error("lost"));
      await sleep(1000);
      const handler = loop.getExceptionHandler()!;
      loop.setExceptionHandler((loop, context) => {
        seen.push(loop.isClosed() ? 1 : 0);
        assert.equal(context["future"], future);
        handler(loop, context);
      });
    });
    assert.deepEqual(texts(reports), ["Future exception was never retrieved: Error: lost"]);
    assert.deepEqual(seen, [1]);
  });

  for (const { name, body } of COLOURS) {
    it(`of a task (${name}) is reported once, with the task`, async () => {
      const reports = await reportsOf(async () => {
        createTask(
          body(function* () {
            yield* wait(sleep(1));
            throw new Error("lost");
          }),
          { name: "loser" },
        );
        await sleep(10);
      });
      assert.deepEqual(texts(reports), ["Task exception was never retrieved: Error: lost"]);
      assert.match(String(reports[0]!["task"]), /name='loser'/);
    });
  }

  it("is reported for each of several, in the order in which they failed", async () => {
    const kept: Future[] = []; // what is collected is reported earlier
    const reports = await reportsOf(async () => {
      for (const text of ["a", "b", "c"]) {
        const future = new Future();
        future.setException(new Error(text));
        kept.push(future);
        await sleep(1);
      }
    });
    assert.equal(kept.length, 3);
    assert.deepEqual(reports.map(({ exception }) => (exception as Error).message), ["a", "b", "c"]);
  });

  it("is not lost when what failed is falsy", async () => {
    const reports = await reportsOf(async () => {
      new Future().setException(undefined);
    });
    assert.equal(reports.length, 1);
    assert.ok("exception" in reports[0]!);
    assert.equal(reports[0]!.exception, undefined);
  });
});

describe("A failure that was retrieved is not reported:", () => {
  const retrievals: Record<string, (future: Future<unknown>) => unknown> = {
    "by an await": async (future) => {
      try {
        await future;
      } catch {
        // seen
      }
    },
    "by exception()": (future) => future.exception(),
    "by result()": (future) => assert.throws(() => future.result()),
    "by catch()": (future) => void future.catch(() => {}),
    "by then() with a handler": (future) => void future.then(null, () => {}),
    "by gather() with returnExceptions": (future) => gather([future], { returnExceptions: true }),
    "by a callback that reads it": (future) => future.addDoneCallback((done) => done.exception()),
    "by Promise.allSettled": (future) => Promise.allSettled([future]),
  };
  for (const [name, retrieve] of Object.entries(retrievals)) {
    it(name, async () => {
      const reports = await reportsOf(async () => {
        const task = createTask(failing);
        await sleep(1);
        await retrieve(task);
        await sleep(1);
      });
      assert.deepEqual(texts(reports), []);
    });
  }

  it("by an await that began before", async () => {
    const reports = await reportsOf(async () => {
      const future = new Future();
      const waiter = createTask(async () => {
        try {
          await future;
        } catch {
          // seen
        }
      });
      await sleep(1);
      future.setException(new Error("seen"));
      await waiter;
    });
    assert.deepEqual(texts(reports), []);
  });
});

describe("A failure is reported although something waited:", () => {
  it("wait() looks at nothing", async () => {
    const reports = await reportsOf(async () => {
      await waitForAll([createTask(failing)]);
    });
    assert.deepEqual(texts(reports), ["Task exception was never retrieved: Error: lost"]);
  });

  it("a callback that does not read it", async () => {
    const reports = await reportsOf(async () => {
      createTask(failing).addDoneCallback(() => {});
      await sleep(1);
    });
    assert.equal(reports.length, 1);
  });
});

it("A cancelled future is nothing to report", async () => {
  const reports = await reportsOf(async () => {
    new Future().cancel();
    const task = createTask(() => sleep(1000));
    await sleep(1);
    task.cancel();
    await sleep(1);
  });
  assert.deepEqual(texts(reports), []);
});
