import { createTask, type EventLoop, Future, newEventLoop, run, sleep } from "../../mod.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { MemoryNet } from "../../src/testing/memory/net.ts";
import { VirtualRuntime, type VirtualRuntimeOptions } from "../../src/testing/mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** Runs `main` on a loop of its own over `runtime`. */
async function onLoop<T>(runtime: VirtualRuntime, main: (loop: EventLoop) => Promise<T>): Promise<T> {
  const loop = newEventLoop({ runtime });
  try {
    return await loop.runUntilComplete(() => main(loop));
  } finally {
    loop.close();
  }
}

/** Lets the host have a turn. */
const hostTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("VirtualRuntime", () => {
  it("is a Runtime, named virtual, whose network is in memory", () => {
    const runtime: Runtime = new VirtualRuntime();
    assert.equal(runtime.name, "virtual");
    assert.ok(runtime.net instanceof MemoryNet);
    assert.equal(runtime.signals, undefined);
  });

  it("starts its clock where it is told, 0 unless it is", async () => {
    assert.equal(await onLoop(new VirtualRuntime(), async (loop) => loop.time()), 0);
    assert.equal(await onLoop(new VirtualRuntime({ start: 1e6 }), async (loop) => loop.time()), 1e6);
    assert.equal(await onLoop(new VirtualRuntime({ start: -5 }), async (loop) => (await sleep(10), loop.time())), 5);
    assert.throws(() => new VirtualRuntime({ start: NaN }), RangeError);
    assert.throws(() => new VirtualRuntime({ start: Infinity }), RangeError);
    assert.throws(() => new VirtualRuntime({ start: "0" as unknown as number }), TypeError);
  });

  it("jumps exactly to each timer, in the order of the deadlines", () =>
    onLoop(new VirtualRuntime(), async (loop) => {
      const times: number[] = [];
      for (const delay of [3_600_000, 5, 86_400_000, 5, 60_000]) loop.callLater(delay, () => times.push(loop.time()));
      await sleep(1e9);
      assert.deepEqual(times, [5, 5, 60_000, 3_600_000, 86_400_000]);
    }));

  it("fires timers with fractions at exactly their time, sums and large numbers too", () =>
    onLoop(new VirtualRuntime({ start: 0.3 }), async (loop) => {
      const deadlines = [0.4, 0.55, 1e-7 + 1, 100.3, 1e9 + 0.7, 2 ** 31 + 0.5, 1e12 + 0.1];
      const times: number[] = [];
      for (const when of deadlines) loop.callAt(when, () => times.push(loop.time()));
      await sleep(1e13);
      assert.deepEqual(times, deadlines);
      const before = loop.time();
      await sleep(0.125);
      assert.equal(loop.time(), before + 0.125);
    }));

  it("runs what is ready first come, first served, or in the order of a seed", async () => {
    const order = (options: VirtualRuntimeOptions): Promise<string> =>
      onLoop(new VirtualRuntime(options), async (loop) => {
        const names: string[] = [];
        for (const name of "abcdefgh") loop.callSoon(() => names.push(name));
        await sleep(0);
        await sleep(0);
        return names.join("");
      });
    assert.equal(await order({}), "abcdefgh");
    const orders = await Promise.all(Array.from({ length: 20 }, (_, seed) => order({ seed })));
    assert.deepEqual(await Promise.all(orders.map((_, seed) => order({ seed }))), orders, "a seed gives one order");
    assert.ok(new Set(orders).size > 15, "different seeds give different orders");
    for (const one of orders) assert.equal([...one].sort().join(""), "abcdefgh");
    assert.throws(() => new VirtualRuntime({ seed: NaN }), RangeError);
    assert.throws(() => new VirtualRuntime({ seed: "1" as unknown as number }), TypeError);
  });

  it("lets nothing jump into an earlier turn, whatever the seed", () =>
    onLoop(new VirtualRuntime({ seed: 7 }), async (loop) => {
      const turns: number[] = [];
      const again = (turn: number): void => {
        turns.push(turn);
        if (turn < 5) loop.callSoon(again, turn + 1);
      };
      for (let i = 0; i < 10; i++) loop.callSoon(again, 0);
      await sleep(1);
      assert.deepEqual(turns, turns.toSorted((a, b) => a - b));
      assert.equal(turns.length, 60);
    }));

  it("lets days pass in no time", async () => {
    const start = performance.now();
    await onLoop(new VirtualRuntime(), async (loop) => {
      for (let day = 0; day < 365; day++) await sleep(86_400_000);
      assert.equal(loop.time(), 365 * 86_400_000);
    });
    assert.ok(performance.now() - start < 5000);
  });

  it("stands still while the program works, whatever real time that takes", () =>
    onLoop(new VirtualRuntime(), async (loop) => {
      const end = performance.now() + 5;
      while (performance.now() < end) await sleep(0);
      assert.equal(loop.time(), 0);
    }));

  it("does not jump over native promises and what hangs on them", () =>
    onLoop(new VirtualRuntime(), async (loop) => {
      createTask(() => sleep(1000));
      for (let i = 0; i < 200; i++) await Promise.resolve();
      assert.equal(loop.time(), 0);
      const later = (async () => {
        for (let i = 0; i < 200; i++) await Promise.resolve(i);
        return "foreign";
      })();
      assert.equal(await later, "foreign");
      assert.equal(loop.time(), 0);
      await sleep(2000);
    }));

  it("does not jump over a few turns of the host", () =>
    onLoop(new VirtualRuntime(), async (loop) => {
      const timer = loop.callLater(1000, () => {});
      for (let i = 0; i < 20; i++) {
        await hostTurn();
        await sleep(0);
      }
      await hostTurn();
      await hostTurn();
      assert.equal(loop.time(), 0);
      timer.cancel();
    }));

  it("waits for foreign work, as long as it takes, while no timer is set", () =>
    onLoop(new VirtualRuntime(), async (loop) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (let i = 0; i < 50; i++) await hostTurn();
      assert.equal(loop.time(), 0);
    }));

  it("a foreign callback that completes a future goes before the next timer", () =>
    onLoop(new VirtualRuntime(), async (loop) => {
      const log: string[] = [];
      loop.callLater(10, () => log.push(`timer at ${loop.time()}`));
      const future = new Future<void>();
      setImmediate(() => future.setResult());
      await future;
      log.push(`future at ${loop.time()}`);
      await sleep(20);
      assert.deepEqual(log, ["future at 0", "timer at 10"]);
    }));

  it("takes the same course each time", async () => {
    const course = (): Promise<string[]> =>
      onLoop(new VirtualRuntime(), async (loop) => {
        const log: string[] = [];
        const tasks = Array.from({ length: 20 }, (_, i) =>
          createTask(async () => {
            for (let j = 0; j < 5; j++) {
              await sleep((i * 7 + j * 13) % 11);
              if (i % 3 === 0) await Promise.resolve();
              log.push(`${loop.time()}: ${i}.${j}`);
            }
          }));
        for (const task of tasks) await task;
        return log;
      });
    const first = await course();
    for (let i = 0; i < 5; i++) assert.deepEqual(await course(), first);
  });

  it("shares its time between loops", async () => {
    const runtime = new VirtualRuntime();
    const log: string[] = [];
    const main = (name: string, delay: number) => async (loop: EventLoop) => {
      for (let i = 0; i < 3; i++) {
        await sleep(delay);
        log.push(`${loop.time()} ${name}`);
      }
    };
    await Promise.all([onLoop(runtime, main("a", 10)), onLoop(runtime, main("b", 15))]);
    assert.deepEqual(log, ["10 a", "15 b", "20 a", "30 b", "30 a", "45 b"]);
  });

  it("goes on from where it was for the next loop", async () => {
    const runtime = new VirtualRuntime();
    await onLoop(runtime, () => sleep(100));
    assert.equal(await onLoop(runtime, async (loop) => loop.time()), 100);
  });

  it("takes delays beyond what hosts take", () =>
    onLoop(new VirtualRuntime(), async (loop) => {
      await sleep(2 ** 45);
      assert.equal(loop.time(), 2 ** 45);
    }));

  it("serves run()", async () => {
    const runtime = new VirtualRuntime();
    assert.equal(await run(() => sleep(1e8, "slept"), { runtime }), "slept");
  });
});
