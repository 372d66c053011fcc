/**
 * The floor: the workloads on the runtime's own promises and timers, written by hand, as cheaply as they can be. Nothing here can be
 * cancelled from outside. `native.ts WORKLOAD N WARM_UP`
 */

import { setImmediate } from "node:timers";
import { Worker } from "node:worker_threads";
import { collectGarbage, delays, Meter, ONE_HOUR, residentBytes, residentBytesBefore, sampleOf, SETTLE, times } from "./sample.ts";
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
  "W10-thread": askThread,
};

/** Without the await it would have run, whole, at the call; a task starts later. */
async function noop(): Promise<void> {
  await null;
}

async function spawnAndJoin(n: number): Promise<void> {
  await Promise.all(times(n, noop));
}

const hostTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pause = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));

let waiting: (() => void)[] = [];

/** Waits for a turn of the host, which is shared by all that wait for one: a yield that lets events in. */
function sharedTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(wakeAll);
  });
}

function wakeAll(): void {
  const woken = waiting;
  waiting = [];
  for (const resolve of woken) resolve();
}

async function spin(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await sharedTurn();
}

async function switchTasks(n: number): Promise<void> {
  await Promise.all(times(SPINNERS, () => spin(n / SPINNERS)));
}

/** A bounded queue for one producer and one consumer, which makes a promise only for who has to wait. */
class NativeQueue {
  readonly #maxsize: number;
  #items: number[] = [];
  #head = 0;
  #getter: ((item: number) => void) | null = null;
  #putter: (() => void) | null = null;

  constructor(maxsize: number) {
    this.#maxsize = maxsize;
  }

  put(item: number): Promise<void> | undefined {
    const getter = this.#getter;
    if (getter !== null) {
      this.#getter = null;
      getter(item);
      return undefined;
    }
    const full = this.#items.length - this.#head >= this.#maxsize;
    this.#items.push(item);
    return full ? new Promise((resolve) => this.#putter = resolve) : undefined;
  }

  get(): Promise<number> | number {
    if (this.#head === this.#items.length) return new Promise((resolve) => this.#getter = resolve);
    const item = this.#items[this.#head++] as number;
    if (this.#head > 1024 || this.#head === this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    this.#putter?.();
    this.#putter = null;
    return item;
  }
}

async function produce(queue: NativeQueue, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await queue.put(i);
}

async function consume(queue: NativeQueue, n: number): Promise<number> {
  let total = 0;
  for (let i = 0; i < n; i++) total += await queue.get();
  return total;
}

async function passItems(n: number, maxsize: number): Promise<void> {
  const queue = new NativeQueue(maxsize);
  const [, total] = await Promise.all([produce(queue, n), consume(queue, n)]);
  if (total !== n * (n - 1) / 2) throw new Error("Items were lost");
}

async function sleepFor(delay: number): Promise<void> {
  await pause(delay);
}

async function sleepAll(n: number, meter: Meter): Promise<void> {
  const all = delays(n);
  meter.start();
  await Promise.all(times(n, (index) => sleepFor(all[index] as number)));
}

async function scheduleAndCancel(n: number, meter: Meter): Promise<void> {
  const all = delays(n);
  meter.start();
  const timers = times(n, (index) => setTimeout(console.log, ONE_HOUR + (all[index] as number)));
  for (const timer of timers) clearTimeout(timer);
  await hostTurn();
}

async function enterTimeouts(n: number): Promise<void> {
  for (let i = 0; i < n; i++) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const expired = new Promise<never>((_resolve, reject) => timer = setTimeout(reject, ONE_HOUR));
    try {
      await Promise.race([hostTurn(), expired]);
    } finally {
      clearTimeout(timer);
    }
  }
}

class NativeLock {
  #locked = false;
  #waiters: (() => void)[] = [];
  #head = 0;

  acquire(): Promise<void> | undefined {
    if (this.#locked) return new Promise((resolve) => this.#waiters.push(resolve));
    this.#locked = true;
    return undefined;
  }

  release(): void {
    const next = this.#waiters[this.#head];
    if (next === undefined) {
      this.#waiters = [];
      this.#head = 0;
      this.#locked = false;
    } else {
      this.#head++;
      next();
    }
  }
}

async function acquireAndRelease(lock: NativeLock, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await lock.acquire();
    try {
      await null;
    } finally {
      lock.release();
    }
  }
}

async function contend(n: number): Promise<void> {
  const lock = new NativeLock();
  await Promise.all(times(CONTENDERS, () => acquireAndRelease(lock, n / CONTENDERS)));
}

async function cancelAll(n: number, meter: Meter): Promise<void> {
  let finished = 0;
  const rejects: ((reason: unknown) => void)[] = [];
  async function block(): Promise<void> {
    try {
      await new Promise<never>((_resolve, reject) => rejects.push(reject));
    } finally {
      finished++;
    }
  }
  const settled = Promise.allSettled(times(n, block));
  await hostTurn();
  Error.stackTraceLimit = 0; // where the cheapest error is wanted, it has no stack
  meter.start();
  for (const reject of rejects) reject(new Error("cancelled"));
  await settled;
  meter.stop();
  if (finished !== n) throw new Error("Not every task was cancelled");
}

const parked: (() => void)[] = [];

async function park(): Promise<void> {
  await new Promise<void>((resolve) => parked.push(resolve));
}

async function parkAll(n: number, meter: Meter): Promise<void> {
  const before = residentBytesBefore();
  const all = times(n, park);
  await pause(SETTLE);
  collectGarbage();
  await pause(SETTLE);
  meter.record((residentBytes() - before) / n);
  for (const resolve of parked) resolve();
  await Promise.all(all);
}

/** The runtime's own kind of thread, with as little around it as can be. */
interface Thread {
  ask(value: number): Promise<number>;
  end(): unknown;
}

const host = globalThis as unknown as {
  readonly Worker: new (url: URL, options: object) => WebWorker;
  readonly Deno?: unknown;
  readonly Bun?: unknown;
};

interface WebWorker {
  onmessage: (event: { readonly data: number }) => void;
  postMessage(value: number): void;
  terminate(): void;
}

function startThread(): Thread {
  const url = new URL("./echo_thread.ts", import.meta.url);
  let answered: (value: number) => void = () => {};
  if (host.Deno === undefined && host.Bun === undefined) {
    const worker = new Worker(url).on("message", (value) => answered(value));
    return { ask: (value) => new Promise((resolve) => (answered = resolve, worker.postMessage(value))), end: () => worker.terminate() };
  }
  const worker = new host.Worker(url, { type: "module" });
  worker.onmessage = ({ data }) => answered(data);
  return { ask: (value) => new Promise((resolve) => (answered = resolve, worker.postMessage(value))), end: () => worker.terminate() };
}

async function askThread(n: number, meter: Meter): Promise<void> {
  const thread = startThread();
  await thread.ask(0);
  meter.start();
  for (let i = 0; i < n; i++) {
    if (await thread.ask(i) !== i) throw new Error("An answer was wrong");
  }
  meter.stop();
  await thread.end();
}

const { workload, n, warmUp } = sampleOf<TaskWorkload>();
const scenario = SCENARIOS[workload];
if (warmUp > 0) await scenario(warmUp, new Meter());
const meter = new Meter();
meter.start();
await scenario(n, meter);
meter.stop();
meter.print();
