/** The workloads on tsyncio with async functions: `tsyncio_async.ts WORKLOAD N WARM_UP`. */

import { createTask, gather, getRunningLoop, isCancelled, Lock, moduleFunctions, Queue, run, sleep, timeout, toThread } from "../../mod.ts";
import {
  collectGarbage,
  delays,
  Meter,
  ONE_HOUR,
  residentBytes,
  residentBytesBefore,
  type Sample,
  sampleOf,
  SETTLE,
  times,
} from "./sample.ts";
import type { TaskWorkload } from "./workloads.ts";

type Scenario = (n: number, meter: Meter) => Promise<void>;

const SPINNERS = 100;
const CONTENDERS = 1000;

const SCENARIOS: Readonly<Record<TaskWorkload, Scenario>> = {
  "W1": spawnAndJoin,
  "W2": switchTasks,
  "W3-q1": (n) => passItems(n, 1),
  "W3-q100": (n) => passItems(n, 100),
  "W4-sleep": sleepAll,
  "W4-cancel": scheduleAndCancel,
  "W4-timeout": enterTimeouts,
  "W5": contend,
  "W6": cancelAll,
  "W8-parked": parkAll,
  "W10-thread": callThread,
};

async function noop(): Promise<void> {}

async function spawnAndJoin(n: number): Promise<void> {
  await gather(times(n, () => createTask(() => noop())));
}

async function spin(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

async function switchTasks(n: number): Promise<void> {
  await gather(times(SPINNERS, () => createTask(() => spin(n / SPINNERS))));
}

async function produce(queue: Queue<number>, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await queue.put(i);
}

async function consume(queue: Queue<number>, n: number): Promise<number> {
  let total = 0;
  for (let i = 0; i < n; i++) total += await queue.get();
  return total;
}

async function passItems(n: number, maxsize: number): Promise<void> {
  const queue = new Queue<number>(maxsize);
  const [, total] = await gather([createTask(() => produce(queue, n)), createTask(() => consume(queue, n))]);
  if (total !== n * (n - 1) / 2) throw new Error("Items were lost");
}

async function sleepFor(delay: number): Promise<void> {
  await sleep(delay);
}

async function sleepAll(n: number, meter: Meter): Promise<void> {
  const all = delays(n);
  meter.start();
  await gather(times(n, (index) => createTask(() => sleepFor(all[index] as number))));
}

async function scheduleAndCancel(n: number, meter: Meter): Promise<void> {
  const all = delays(n);
  const loop = getRunningLoop();
  meter.start();
  const timers = times(n, (index) => loop.callLater(ONE_HOUR + (all[index] as number), console.log));
  for (const timer of timers) timer.cancel();
  await sleep(0);
}

async function giveWay(): Promise<void> {
  await sleep(0);
}

async function enterTimeouts(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await timeout(ONE_HOUR, giveWay);
}

async function acquireAndRelease(lock: Lock, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await lock.acquire();
    try {
      await sleep(0);
    } finally {
      lock.release();
    }
  }
}

async function contend(n: number): Promise<void> {
  const lock = new Lock();
  await gather(times(CONTENDERS, () => createTask(() => acquireAndRelease(lock, n / CONTENDERS))));
}

async function cancelAll(n: number, meter: Meter): Promise<void> {
  const loop = getRunningLoop();
  let finished = 0;
  async function block(): Promise<void> {
    try {
      await loop.createFuture<void>();
    } finally {
      finished++;
    }
  }
  const tasks = times(n, () => createTask(() => block()));
  await sleep(0);
  meter.start();
  for (const task of tasks) task.cancel();
  const results: unknown[] = await gather(tasks, { returnExceptions: true });
  meter.stop();
  if (finished !== n || !results.every(isCancelled) || new Set(results).size !== n) {
    throw new Error("Not every task was cancelled by an error of its own");
  }
}

async function park(): Promise<void> {
  await getRunningLoop().createFuture<void>();
}

async function parkAll(n: number, meter: Meter): Promise<void> {
  const before = residentBytesBefore();
  const tasks = times(n, () => createTask(() => park()));
  await sleep(SETTLE);
  collectGarbage();
  await sleep(SETTLE);
  meter.record((residentBytes() - before) / n);
  if (tasks.some((task) => task.done())) throw new Error("Not every task was parked");
  for (const task of tasks) task.cancel();
  await gather(tasks, { returnExceptions: true });
}

const thread = moduleFunctions<typeof import("./echo.ts")>(new URL("./echo.ts", import.meta.url));

async function callThread(n: number, meter: Meter): Promise<void> {
  await toThread(thread.echo, 0); // the thread is there
  meter.start();
  for (let i = 0; i < n; i++) {
    if (await toThread(thread.echo, i) !== i) throw new Error("An answer was wrong");
  }
  meter.stop();
}

async function measure({ workload, n, warmUp }: Sample<TaskWorkload>): Promise<void> {
  const scenario = SCENARIOS[workload];
  if (warmUp > 0) await scenario(warmUp, new Meter());
  const meter = new Meter();
  meter.start();
  await scenario(n, meter);
  meter.stop();
  meter.print();
}

await run(() => measure(sampleOf<TaskWorkload>()));
