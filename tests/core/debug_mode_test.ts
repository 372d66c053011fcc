import {
  asCompleted,
  coroutine,
  createTask,
  type EventLoop,
  type ExceptionContext,
  gather,
  getRunningLoop,
  Lock,
  newEventLoop,
  Queue,
  sleep,
  timeout,
  wait,
} from "../../mod.ts";
import type { VirtualRuntime } from "../../src/testing/mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Replaces `console.warn` while `body` runs; gives what was written, one entry a call. */
async function consoleWarnings(body: () => Promise<unknown>): Promise<string[]> {
  const original = console.warn;
  const written: string[] = [];
  console.warn = (...args: unknown[]) => void written.push(args.map(String).join(" "));
  try {
    await body();
  } finally {
    console.warn = original;
  }
  return written;
}

/** Keeps the thread busy, as far as the virtual clock goes. */
function block(milliseconds: number): void {
  const loop: EventLoop = getRunningLoop();
  (loop._runtime as VirtualRuntime)._time.now += milliseconds;
}

describe("Debug mode", () => {
  it("is off unless asked for, and can be switched", () => {
    const plain = newEventLoop();
    const debug = newEventLoop({ debug: true });
    assert.equal(plain.getDebug(), false);
    assert.equal(debug.getDebug(), true);
    plain.setDebug(true);
    assert.equal(plain.getDebug(), true);
    plain.setDebug(false);
    assert.equal(plain.getDebug(), false);
    plain.close();
    debug.close();
  });

  it("refuses coroutine functions as callbacks, which would do nothing", () =>
    runVirtual(async (loop) => {
      const coroutineFunctions = [async () => {}, function* () {}, coroutine(function* () {})] as unknown as (() => void)[];
      for (const fn of coroutineFunctions) {
        assert.throws(() => loop.callSoon(fn), { name: "TypeError", message: /createTask/ });
        assert.throws(() => loop.callSoonThreadsafe(fn), TypeError);
        assert.throws(() => loop.callLater(1, fn), TypeError);
        assert.throws(() => loop.callAt(1, fn), TypeError);
      }
    }, { debug: true }));

  it("reports steps and callbacks that took too long, with the task's name", async () => {
    const warnings = await consoleWarnings(() =>
      runVirtual(async (loop) => {
        loop.slowCallbackDuration = 20;
        loop.callSoon(function sluggish() {
          block(20);
        });
        loop.callSoon(function quickEnough() {
          block(19);
        });
        await sleep(0);
        await createTask(function* () {
          block(25);
          yield* sleep(1);
        }, { name: "slow generator" });
      }, { debug: true })
    );
    assert.equal(warnings.length, 2, warnings.join("\n"));
    assert.equal(warnings[0], "Executing <Handle sluggish> took 0.020 seconds");
    assert.match(warnings[1]!, /^Executing <Task .*name='slow generator'.*> took 0\.025 seconds$/);
  });

  it("reports an async function that took too long too", async () => {
    const warnings = await consoleWarnings(() =>
      runVirtual(async (loop) => {
        loop.slowCallbackDuration = 10;
        await createTask(async () => block(20), { name: "slow at its start" });
        await createTask(async () => {
          await sleep(1);
          block(20);
        }, { name: "slow after a wait" });
      }, { debug: true })
    );
    assert.equal(warnings.length, 2, warnings.join("\n"));
    assert.match(warnings[0]!, /slow at its start/);
    assert.match(warnings[1]!, /slow after a wait/);
  });

  it("reports nothing when it is off", async () => {
    const warnings = await consoleWarnings(() =>
      runVirtual(async (loop) => {
        loop.slowCallbackDuration = 1;
        loop.callSoon(() => block(5));
        await sleep(0);
      })
    );
    assert.deepEqual(warnings, []);
  });

  it("runs programs as usual", () =>
    runVirtual(async (loop) => {
      const log: number[] = [];
      loop.callLater(5, () => log.push(loop.time()));
      const task = createTask(async () => await sleep(10, "done"));
      assert.equal(await task, "done");
      assert.deepEqual(log, [5]);
    }, { debug: true }));

  it("tells in reports where the callback, task or future was made, and nothing without it", async () => {
    const reports: ExceptionContext[] = [];
    function makesAll(loop: EventLoop): void {
      loop.callSoon(() => {
        throw new Error("callback");
      });
      loop.callLater(1, () => {
        throw new Error("timer");
      });
      createTask(async () => {
        throw new Error("task");
      });
      loop.createFuture().setException(new Error("future"));
    }
    for (const debug of [true, false]) {
      const loop = newEventLoop({ debug });
      loop.setExceptionHandler((_loop, context) => reports.push(context));
      await loop.runUntilComplete(async () => {
        makesAll(loop);
        await sleep(5);
      });
      loop.close();
    }
    assert.equal(reports.length, 8);
    for (const report of reports.slice(0, 4)) assert.match(report.sourceTraceback![0]!, /makesAll.*debug_mode_test/, report.message);
    for (const report of reports.slice(4)) assert.equal("sourceTraceback" in report, false);
  });

  it("writes the origin into the default report", async () => {
    const loop = newEventLoop({ debug: true });
    const written: unknown[][] = [];
    const original = console.error;
    console.error = (...args: unknown[]) => void written.push(args);
    try {
      await loop.runUntilComplete(async () => {
        loop.callSoon(function fails() {
          throw new Error("why");
        });
        await sleep(0);
      });
    } finally {
      console.error = original;
      loop.close();
    }
    assert.match(String(written[0]![0]), /^Exception in callback fails\nhandle: <Handle fails>\ncreated at\n {4}at .*debug_mode_test/);
  });

  it("warns of coroutines that were never awaited, when the loop is closed", async () => {
    const forgotten = coroutine(async function forgotten() {});
    const warnings = await consoleWarnings(() =>
      runVirtual(async () => {
        void forgotten();
        sleep(10);
        new Queue().get();
        const closed = forgotten();
        closed.close();
        await forgotten();
        await gather([forgotten(), sleep(1)]);
        const refused = createTask(forgotten());
        refused.cancel();
        await wait([refused]);
        await timeout(1, forgotten);
      }, { debug: true })
    );
    assert.equal(warnings.length, 3, warnings.join("\n"));
    const [first, second, third] = warnings;
    assert.match(first!, /^RuntimeWarning: coroutine 'forgotten' was never awaited\n {4}at .*debug_mode_test/);
    assert.match(second!, /^RuntimeWarning: coroutine 'sleep' was never awaited\n {4}at .*debug_mode_test/);
    assert.match(third!, /^RuntimeWarning: coroutine 'Queue.get' was never awaited\n/);
  });

  it("warns of nothing else that was forgotten, and of nothing when it is off", async () => {
    const many = (): Promise<void> =>
      runVirtual(async () => {
        for (let i = 0; i < 5000; i++) await sleep(0);
        await new Lock().run(async () => {});
        for await (const _ of asCompleted([sleep(1), sleep(2)]));
      }, { debug: true });
    assert.deepEqual(await consoleWarnings(many), []);
    assert.deepEqual(await consoleWarnings(() => runVirtual(async () => void sleep(1))), []);
  });

  it("warns of what was left open, when the loop is closed", async () => {
    const warnings = await consoleWarnings(async () => {
      const loop = newEventLoop({ debug: true });
      loop.addSignalHandler("SIGURG", () => {});
      loop.close();
    });
    assert.deepEqual(warnings, ["ResourceWarning: unclosed <SignalTable SIGURG>"]);
  });
});
