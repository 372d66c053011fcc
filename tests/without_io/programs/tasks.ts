/** A program for hosts that nobody knows: in both colours of coroutine, what each of them does. */

import {
  asCompleted,
  asyncgen,
  Barrier,
  Condition,
  ContextVar,
  copyContext,
  coroutine,
  type CoroutineGenerator,
  createTask,
  currentSignal,
  currentTask,
  Event,
  type ExceptionGroup,
  gather,
  getRunningLoop,
  isCancelled,
  Lock,
  Queue,
  run,
  Semaphore,
  shield,
  sleep,
  type TaskGroup,
  taskGroup,
  timeout,
  TimeoutError,
  until,
  wait,
  waitFor,
} from "../../../src/without_io/mod.ts";

type Log = (text: unknown) => void;

/** Whether this host can tell what code belongs to, whatever it awaits. */
export function followsAwait(): Promise<boolean> {
  return run(async () => getRunningLoop()._storage.woken === undefined);
}

/** The lines of both colours, and of a program that uses what is outside of tasks. */
export async function results(): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = { generator: [], async: [], outside: [] };
  await run(() => generators((text) => all["generator"]!.push(text)));
  await run(() => functions((text) => all["async"]!.push(text)));
  all["outside"]!.push(await sleep(1, "slept"), await gather([sleep(1, "a"), () => sleep(2, "b")]), currentTask());
  return all;
}

const who = new ContextVar<string>("who", { default: "nobody" });

// ---------------------------------------------------------------- as generators

function* generators(log: Log) {
  log(yield* cancelledGenerator());
  log(yield* limitedGenerator());
  log(yield* groupGenerator());
  const queue = new Queue<number>(1);
  const consumer = createTask(function* () {
    let sum = 0;
    for (let step = yield* queue.next(); !step.done; step = yield* queue.next()) sum += step.value;
    return sum;
  });
  for (const item of [1, 2, 3]) yield* queue.put(item);
  queue.shutdown();
  log(yield* consumer);
  log(yield* until(Promise.resolve("foreign")));
  const lock = new Lock();
  log(yield* gather([1, 2].map((n) => () => lock.run(() => sleep(1, n)))));
}

function* cancelledGenerator() {
  const seen: unknown[] = [];
  const task = createTask(function* () {
    try {
      yield* sleep(60_000);
    } catch (error) {
      seen.push(isCancelled(error));
      throw error;
    } finally {
      yield* sleep(1);
      seen.push("cleaned up");
    }
  });
  yield* sleep(1);
  task.cancel();
  yield* wait([task]);
  return [...seen, task.cancelled()];
}

function* limitedGenerator(): CoroutineGenerator<unknown> {
  try {
    yield* timeout(5, function* () {
      yield* sleep(60_000);
    });
  } catch (error) {
    return error instanceof TimeoutError;
  }
  return "not reached";
}

function* groupGenerator(): CoroutineGenerator<unknown> {
  try {
    yield* taskGroup(function* (group: TaskGroup) {
      group.createTask(() => sleep(60_000));
      group.createTask(function* () {
        yield* sleep(1);
        throw new RangeError("bad");
      });
      yield* new Event().wait();
    });
  } catch (error) {
    return (error as ExceptionGroup).errors.map(String);
  }
  return "not reached";
}

// ---------------------------------------------------------------- as async functions

async function functions(log: Log): Promise<void> {
  const main = currentTask();
  log(await cancelledFunction());
  log(currentTask() === main);
  log(await limitedFunction());
  log(await groupFunction());
  log(await nestedScopes());
  log(await primitives());
  log(await items());
  log(await variables());
  log(await signalled());
  log(currentTask() === main && main !== null && getRunningLoop().isRunning());
}

async function cancelledFunction(): Promise<unknown[]> {
  const seen: unknown[] = [];
  const helper = async (): Promise<void> => {
    await null;
    await sleep(60_000);
  };
  const task = createTask(async () => {
    try {
      await helper();
    } catch (error) {
      seen.push(isCancelled(error), currentTask() === task);
      throw error;
    } finally {
      await sleep(1);
      seen.push("cleaned up", currentTask() === task);
    }
  });
  await sleep(1);
  task.cancel();
  await wait([task]);
  const kept = createTask(async () => {
    await shield(sleep(2));
  });
  await sleep(0);
  kept.cancel();
  await wait([kept]);
  return [...seen, task.cancelled(), kept.cancelled()];
}

async function limitedFunction(): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    await timeout(5, async () => {
      try {
        await sleep(0);
        await sleep(60_000);
      } finally {
        await sleep(1);
        seen.push("cleaned up");
      }
    });
  } catch (error) {
    seen.push(error instanceof TimeoutError);
  }
  seen.push(currentTask()!.cancelling());
  seen.push(await waitFor(async () => await sleep(1, "in time"), 1000));
  return seen;
}

async function groupFunction(): Promise<unknown> {
  try {
    await taskGroup(async (group) => {
      group.createTask(async () => await sleep(60_000));
      group.createTask(async () => {
        await sleep(1);
        throw new RangeError("bad");
      });
      await new Event().wait();
    });
  } catch (error) {
    return (error as ExceptionGroup).errors.map(String);
  }
  return "not reached";
}

/** The inner scope ends, the body of the outer one goes on; then that one's time is over. */
async function nestedScopes(): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    await timeout(60_000, async (outer) => {
      try {
        await timeout(2, async () => {
          await sleep(60_000);
        });
      } catch (error) {
        seen.push(error instanceof TimeoutError);
      }
      await sleep(1);
      seen.push("the outer body goes on");
      outer.reschedule(getRunningLoop().time() + 2);
      await until(new Promise(() => {}));
    });
  } catch (error) {
    seen.push(error instanceof TimeoutError);
  }
  return seen;
}

async function primitives(): Promise<unknown[]> {
  const [lock, semaphore, event, condition, barrier] = [new Lock(), new Semaphore(1), new Event(), new Condition(), new Barrier(2)];
  const [allPassed, allWait] = [new Event(), new Event()];
  const order: unknown[] = [];
  let [passed, waiting] = [0, 0];
  const worker = async (name: string): Promise<void> => {
    await lock.run(async () => {
      order.push(`${name} has the lock`);
      await sleep(1);
    });
    const permit = await semaphore.acquire();
    await sleep(1);
    permit[Symbol.dispose]();
    order.push(await barrier.wait());
    if (++passed === 2) allPassed.set();
    await event.wait();
    await condition.run(async () => {
      if (++waiting === 2) allWait.set();
      await condition.wait();
    });
    order.push(`${name} is notified`);
  };
  const both = gather(["a", "b"].map((name) => () => worker(name)));
  await allPassed.wait();
  event.set();
  await allWait.wait();
  await condition.run(async () => condition.notifyAll());
  await both;
  return order;
}

async function items(): Promise<unknown[]> {
  const queue = new Queue<number>(2);
  const consumer = createTask(async () => {
    const got: number[] = [];
    for await (const item of queue) got.push(item);
    return got;
  });
  for (const item of [1, 2, 3, 4]) await queue.put(item);
  queue.shutdown();
  const firsts: unknown[] = [];
  for await (const task of asCompleted([() => sleep(3, "slow"), () => sleep(1, "fast")])) firsts.push(await task);
  const counting = asyncgen(async function* (to: number) {
    for (let i = 0; i < to; i++) {
      await sleep(1);
      yield i;
    }
  });
  for await (const item of counting(2)) firsts.push(item);
  return [await consumer, firsts];
}

async function variables(): Promise<unknown[]> {
  who.set("main");
  const seen = createTask(async () => {
    who.set("task");
    await sleep(1);
    return who.get();
  });
  const generator = coroutine(function* () {
    yield* sleep(1);
    return who.get();
  });
  return [await seen, who.get(), await generator(), copyContext().get(who)];
}

async function signalled(): Promise<unknown[]> {
  const seen: unknown[] = [];
  const task = createTask(async () => {
    const signal = currentSignal();
    await until(new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))));
  });
  await sleep(1);
  task.cancel("enough");
  await wait([task]);
  seen.push(task.cancelled());
  return seen;
}
