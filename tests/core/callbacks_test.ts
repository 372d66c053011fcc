/** The loop's callbacks: turns, order, timers. */

import { createTask, Future, sleep, type TimerHandle } from "../../mod.ts";
import { runHost, runVirtual } from "../_kit/loop.ts";
import { assert, describe, it, stress } from "../_kit/mod.ts";

describe("callSoon", () => {
  it("calls in the order of the calls, with the arguments", () =>
    runVirtual(async (loop) => {
      const log: unknown[] = [];
      loop.callSoon((...args: unknown[]) => log.push(args), 1, "two", [3]);
      loop.callSoon(() => log.push("next"));
      loop.callSoonThreadsafe((text) => log.push(text), "threadsafe");
      assert.deepEqual(log, []);
      await sleep(0);
      assert.deepEqual(log, [[1, "two", [3]], "next", "threadsafe"]);
    }));

  it("from a callback means the next turn", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      loop.callSoon(() => {
        log.push("a1");
        loop.callSoon(() => log.push("a2"));
      });
      loop.callSoon(() => {
        log.push("b1");
        loop.callSoon(() => log.push("b2"));
      });
      await sleep(0);
      assert.deepEqual(log, ["a1", "b1"]);
      await sleep(0);
      assert.deepEqual(log, ["a1", "b1", "a2", "b2"]);
    }));

  it("does not mind errors: the turn goes on, and the handler is told", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const told: unknown[] = [];
      const handler = loop.getExceptionHandler();
      loop.setExceptionHandler((_loop, context) => told.push(context));
      const error = new Error("bad");
      const handle = loop.callSoon(function failing() {
        throw error;
      });
      loop.callSoon(() => log.push("next"));
      await sleep(0);
      loop.setExceptionHandler(handler);
      assert.deepEqual(log, ["next"]);
      assert.deepEqual(told, [{ message: "Exception in callback failing", exception: error, handle }]);
    }));

  it("takes functions only", () =>
    runVirtual(async (loop) => {
      for (const value of [null, undefined, 7, "text", {}, Promise.resolve()]) {
        assert.throws(() => loop.callSoon(value as unknown as () => void), { name: "TypeError", message: /callSoon/ });
        assert.throws(() => loop.callLater(1, value as unknown as () => void), TypeError);
        assert.throws(() => loop.callAt(1, value as unknown as () => void), TypeError);
        assert.throws(() => loop.callSoonThreadsafe(value as unknown as () => void), TypeError);
      }
    }));

  it("and tasks are one queue", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      loop.callSoon(() => log.push("first"));
      const task = createTask(async () => {
        log.push("task");
        await sleep(0);
        log.push("task again");
      });
      loop.callSoon(() => {
        log.push("second");
        loop.callSoon(() => log.push("third"));
      });
      await task;
      assert.deepEqual(log, ["first", "task", "second", "task again", "third"]);
    }));
});

describe("callLater and callAt", () => {
  it("call in the order of the deadlines, then of the calls", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const note = (text: string): void => void log.push(`${loop.time()} ${text}`);
      loop.callLater(20, note, "twenty");
      loop.callLater(10, note, "ten");
      loop.callAt(20, note, "at twenty");
      loop.callAt(10, note, "at ten");
      loop.callLater(15, note, "fifteen");
      await sleep(30);
      assert.deepEqual(log, ["10 ten", "10 at ten", "15 fifteen", "20 twenty", "20 at twenty"]);
    }));

  it("zero, negative and past mean the next turn, behind what is ready", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      loop.callLater(0, () => log.push("zero"));
      loop.callLater(-5, () => log.push("negative"));
      loop.callLater(-Infinity, () => log.push("minus infinity"));
      loop.callAt(50, () => log.push("past"));
      loop.callSoon(() => log.push("ready"));
      await sleep(0);
      await sleep(0);
      assert.deepEqual(log, ["ready", "minus infinity", "past", "negative", "zero"]);
      assert.equal(loop.time(), 100);
    }, { start: 100 }));

  it("Infinity waits for ever, and can be cancelled", () =>
    runVirtual(async (loop) => {
      let calls = 0;
      const timers = [loop.callLater(Infinity, () => calls++), loop.callAt(Infinity, () => calls++)];
      await sleep(1e12);
      assert.equal(calls, 0);
      assert.equal(timers[0]!.when(), Infinity);
      for (const timer of timers) timer.cancel();
    }));

  it("delays beyond 2**31 ms are kept", () =>
    runVirtual(async (loop) => {
      const log: number[] = [];
      for (const delay of [2 ** 31 - 1, 2 ** 31, 2 ** 33, 1e13]) loop.callLater(delay, () => log.push(loop.time()));
      await sleep(2e13);
      assert.deepEqual(log, [2 ** 31 - 1, 2 ** 31, 2 ** 33, 1e13]);
    }));

  it("NaN is a RangeError, what is no number a TypeError, at the call", () =>
    runVirtual(async (loop) => {
      assert.throws(() => loop.callLater(NaN, () => {}), RangeError);
      assert.throws(() => loop.callAt(NaN, () => {}), RangeError);
      for (const delay of ["10", null, undefined, {}, 10n]) {
        assert.throws(() => loop.callLater(delay as unknown as number, () => {}), { name: "TypeError", message: /callLater/ });
        assert.throws(() => loop.callAt(delay as unknown as number, () => {}), { name: "TypeError", message: /callAt/ });
      }
    }));

  it("a timer that is set while a later one is pending comes first", () =>
    runVirtual(async (loop) => {
      const log: number[] = [];
      loop.callLater(1000, () => log.push(loop.time()));
      await sleep(10);
      loop.callLater(5, () => log.push(loop.time()));
      await sleep(1000);
      assert.deepEqual(log, [15, 1000]);
    }));

  it("a timer that a timer sets for now waits for the next turn", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      loop.callLater(10, () => {
        log.push("first");
        loop.callLater(0, () => log.push("set by the first"));
      });
      loop.callLater(10, () => log.push("second"));
      await sleep(11);
      assert.deepEqual(log, ["first", "second", "set by the first"]);
    }));

  it("timers join what is ready, behind it", () =>
    runVirtual(async (loop) => {
      const log: string[] = [];
      const done = new Future<void>();
      loop.callLater(5, () => {
        loop.callLater(0, () => log.push("timer"));
        loop.callSoon(() => log.push("ready"));
        loop.callSoon(() => loop.callSoon(() => done.setResult()));
      });
      await done;
      assert.deepEqual(log, ["ready", "timer"]);
    }));

  it("cancelled en masse leave the others in their order", () =>
    runVirtual(async (loop) => {
      const count = stress(20_000);
      const log: number[] = [];
      const timers: TimerHandle[] = [];
      for (let i = 0; i < count; i++) {
        const delay = 1 + (i * 7919) % 1000;
        timers.push(loop.callLater(delay, () => log.push(delay)));
      }
      for (const [i, timer] of timers.entries()) if (i % 10 !== 0) timer.cancel();
      await sleep(500);
      for (const [i, timer] of timers.entries()) if (i % 20 === 0) timer.cancel();
      await sleep(1000);
      const expected = timers.map((timer) => timer.when()).filter((when, i) => i % 10 === 0 && (i % 20 !== 0 || when <= 500)).sort((a, b) =>
        a - b
      );
      assert.deepEqual(log, expected);
    }));

  it("all cancelled: the loop goes on with what comes", () =>
    runVirtual(async (loop) => {
      const timers = Array.from({ length: 100 }, (_, i) => loop.callLater(10 + i, () => assert.fail("a cancelled timer was called")));
      for (const timer of timers) timer.cancel();
      await sleep(1000);
      assert.equal(loop.time(), 1000);
    }));
});

describe("The loop on the host", () => {
  it("fires no timer early", () =>
    runHost(async (loop) => {
      for (let i = 0; i < 10; i++) {
        const due = loop.time() + 1.5;
        const fired = new Future<number>();
        loop.callAt(due, () => fired.setResult(loop.time()));
        assert.ok(await fired >= due - 0.01);
      }
    }));

  it("gives the host turns while tasks are busy", () =>
    runHost(async () => {
      let immediates = 0;
      let over = false;
      const count = (): void => {
        immediates++;
        if (!over) setImmediate(count);
      };
      setImmediate(count);
      const spinning = createTask(function* () {
        while (immediates < 5) yield* sleep(0);
      });
      const spinningToo = createTask(async () => {
        while (immediates < 10) await sleep(0);
      });
      await spinning;
      await spinningToo;
      over = true;
      await new Promise((resolve) => setImmediate(resolve));
    }));

  it("runs due timers while tasks are busy", () =>
    runHost(async (loop) => {
      let fired = false;
      loop.callLater(5, () => fired = true);
      while (!fired) await sleep(0);
    }));

  it("delivers the host's events in the host's turn, with what they wake, and tells of their errors", () =>
    runHost(async (loop) => {
      const log: string[] = [];
      const handler = loop.getExceptionHandler();
      loop.setExceptionHandler((_loop, { exception }) => log.push(`told of ${exception}`));
      const [asked, over] = [new Future<string>(), new Future<void>()];
      const waiter = createTask(async () => log.push(await asked));
      setTimeout(() => {
        setImmediate(() => {
          log.push("next turn of the host");
          over.setResult();
        });
        loop._deliver((text: string) => asked.setResult(text), "delivered");
        loop._deliver(() => {
          throw new Error("bad event");
        });
      }, 1);
      await over;
      await waiter;
      loop.setExceptionHandler(handler);
      assert.deepEqual([...log.slice(0, 2).sort(), ...log.slice(2)], ["delivered", "told of Error: bad event", "next turn of the host"]);
    }));

  it("goes on when a foreign promise settles", () =>
    runHost(async () => {
      for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setTimeout(resolve, 1));
      assert.equal(await sleep(1, "and on"), "and on");
    }));
});
