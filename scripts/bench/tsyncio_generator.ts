/** The workloads on tsyncio with generators: `tsyncio_generator.ts WORKLOAD N WARM_UP`. */

import {
  type CoroutineGenerator,
  createTask,
  gather,
  getRunningLoop,
  isCancelled,
  Lock,
  moduleFunctions,
  Queue,
  run,
  sleep,
  timeout,
  toThread,
} from "../../mod.ts";
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

type Scenario = (n: number, meter: Meter) => CoroutineGenerator<void>;

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

function* noop(): CoroutineGenerator<void> {}

function* spawnAndJoin(n: number): CoroutineGenerator<void> {
  yield* gather(times(n, () => createTask(noop())));
}

function* spin(count: number): CoroutineGenerator<void> {
  for (let i = 0; i < count; i++) yield* sleep(0);
}

function* switchTasks(n: number): CoroutineGenerator<void> {
  yield* gather(times(SPINNERS, () => createTask(spin(n / SPINNERS))));
}

function* produce(queue: Queue<number>, n: number): CoroutineGenerator<void> {
  for (let i = 0; i < n; i++) yield* queue.put(i);
}

function* consume(queue: Queue<number>, n: number): CoroutineGenerator<number> {
  let total = 0;
  for (let i = 0; i < n; i++) total += yield* queue.get();
  return total;
}

function* passItems(n: number, maxsize: number): CoroutineGenerator<void> {
  const queue = new Queue<number>(maxsize);
  const [, total] = yield* gather([createTask(produce(queue, n)), createTask(consume(queue, n))]);
  if (total !== n * (n - 1) / 2) throw new Error("Items were lost");
}

function* sleepAll(n: number, meter: Meter): CoroutineGenerator<void> {
  const all = delays(n);
  meter.start();
  yield* gather(times(n, (index) => createTask(sleep(all[index] as number))));
}

function* scheduleAndCancel(n: number, meter: Meter): CoroutineGenerator<void> {
  const all = delays(n);
  const loop = getRunningLoop();
  meter.start();
  const timers = times(n, (index) => loop.callLater(ONE_HOUR + (all[index] as number), console.log));
  for (const timer of timers) timer.cancel();
  yield* sleep(0);
}

/** Not written inside the loop: engines give every generator function object a hidden class of its own, which costs more than a timeout. */
function* giveWay(): CoroutineGenerator<void> {
  yield* sleep(0);
}

function* enterTimeouts(n: number): CoroutineGenerator<void> {
  for (let i = 0; i < n; i++) yield* timeout(ONE_HOUR, giveWay);
}

function* acquireAndRelease(lock: Lock, count: number): CoroutineGenerator<void> {
  for (let i = 0; i < count; i++) {
    yield* lock.acquire();
    try {
      yield* sleep(0);
    } finally {
      lock.release();
    }
  }
}

function* contend(n: number): CoroutineGenerator<void> {
  const lock = new Lock();
  yield* gather(times(CONTENDERS, () => createTask(acquireAndRelease(lock, n / CONTENDERS))));
}

function* cancelAll(n: number, meter: Meter): CoroutineGenerator<void> {
  const loop = getRunningLoop();
  let finished = 0;
  function* block(): CoroutineGenerator<void> {
    try {
      yield* loop.createFuture<void>();
    } finally {
      finished++;
    }
  }
  const tasks = times(n, () => createTask(block()));
  yield* sleep(0);
  meter.start();
  for (const task of tasks) task.cancel();
  const results: unknown[] = yield* gather(tasks, { returnExceptions: true });
  meter.stop();
  if (finished !== n || !results.every(isCancelled) || new Set(results).size !== n) {
    throw new Error("Not every task was cancelled by an error of its own");
  }
}

function* park(): CoroutineGenerator<void> {
  yield* getRunningLoop().createFuture<void>();
}

function* parkAll(n: number, meter: Meter): CoroutineGenerator<void> {
  const before = residentBytesBefore();
  const tasks = times(n, () => createTask(park()));
  yield* sleep(SETTLE);
  collectGarbage();
  yield* sleep(SETTLE);
  meter.record((residentBytes() - before) / n);
  if (tasks.some((task) => task.done())) throw new Error("Not every task was parked");
  for (const task of tasks) task.cancel();
  yield* gather(tasks, { returnExceptions: true });
}

const thread = moduleFunctions<typeof import("./echo.ts")>(new URL("./echo.ts", import.meta.url));

function* callThread(n: number, meter: Meter): CoroutineGenerator<void> {
  yield* toThread(thread.echo, 0); // the thread is there
  meter.start();
  for (let i = 0; i < n; i++) {
    if ((yield* toThread(thread.echo, i)) !== i) throw new Error("An answer was wrong");
  }
  meter.stop();
}

function* measure({ workload, n, warmUp }: Sample<TaskWorkload>): CoroutineGenerator<void> {
  const scenario = SCENARIOS[workload];
  if (warmUp > 0) yield* scenario(warmUp, new Meter());
  const meter = new Meter();
  meter.start();
  yield* scenario(n, meter);
  meter.stop();
  meter.print();
}

await run(measure(sampleOf<TaskWorkload>()));
