// Misuse of every kind: each is an error where it happens, and nothing is left that would fail or live on by itself.
import {
  createTask,
  currentTask,
  ensureFuture,
  Future,
  gather,
  newEventLoop,
  run,
  shield,
  sleep,
  Task,
  timeout,
  until,
  wait,
  waitFor,
} from "../../mod.ts";

// deno-lint-ignore no-explicit-any -- wrong values on purpose
type Wrong = any;

const expected: [name: string, error: string, misuse: () => unknown][] = [
  ["a promise to createTask", "TypeError", () => createTask(Promise.resolve(1) as Wrong)],
  ["a rejecting promise to createTask", "TypeError", () => createTask(handled(Promise.reject(new Error("its own"))) as Wrong)],
  ["a called async function to createTask", "TypeError", () => createTask((async () => {})() as Wrong)],
  ["a future to createTask", "TypeError", () => createTask(new Future() as Wrong)],
  ["null to createTask", "TypeError", () => createTask(null as Wrong)],
  ["a function that returns nothing to createTask", "TypeError", async () => await createTask((() => {}) as Wrong)],
  ["no function to callSoon", "TypeError", () => newEventLoop().callSoon(null as Wrong)],
  ["no function to callLater", "TypeError", () => newEventLoop().callLater(1, "x" as Wrong)],
  ["no function to addDoneCallback", "TypeError", () => new Future().addDoneCallback(undefined as Wrong)],
  ["NaN to sleep", "RangeError", () => sleep(NaN)],
  ["text to sleep", "TypeError", () => sleep("10" as Wrong)],
  ["NaN to timeout", "RangeError", () => timeout(NaN, async () => {})],
  ["NaN to waitFor", "RangeError", () => waitFor(sleep(1), NaN)],
  ["nothing to wait", "RangeError", () => wait([])],
  ["promises to wait", "TypeError", () => wait([Promise.resolve()] as Wrong)],
  ["numbers to gather", "TypeError", () => gather([1] as Wrong)],
  ["a number to shield", "TypeError", () => shield(1 as Wrong)],
  ["a number to until", "TypeError", () => until(1 as Wrong)],
  ["a number to ensureFuture", "TypeError", () => ensureFuture(1 as Wrong)],
  ["a closed loop to callSoon", "RuntimeError", () => closedLoop().callSoon(() => {})],
  ["a closed loop to createTask", "RuntimeError", () => closedLoop().createTask(() => sleep(1))],
  ["a closed loop to run", "RuntimeError", () => closedLoop().runForever()],
  ["a closed loop to Task", "RuntimeError", () => new Task(() => sleep(1), { loop: closedLoop() })],
  ["a foreign future to await", "RuntimeError", async () => await new Future({ loop: newEventLoop() })],
  ["a foreign future to yield*", "RuntimeError", () =>
    createTask(function* () {
      yield* new Future({ loop: newEventLoop() });
    })],
  ["a generator to two tasks", "RuntimeError", async () => {
    const generator = (function* () {
      yield* sleep(1);
    })();
    await createTask(generator);
    createTask(generator);
  }],
  ["an awaitable to two awaits", "RuntimeError", async () => {
    const once = sleep(1);
    await once;
    await once;
  }],
  ["an awaitable to two tasks", "RuntimeError", async () => {
    const once = sleep(1);
    await createTask(once);
    await createTask(once);
  }],
  ["a running loop to run", "RuntimeError", () => (currentTask()!.getLoop() as Wrong).runForever()],
  ["run inside a task", "RuntimeError", () => run(() => sleep(1))],
  ["run of a promise inside a task", "RuntimeError", () => run(Promise.resolve(1))],
  ["another loop inside a task", "RuntimeError", () => newEventLoop().runUntilComplete(() => sleep(1))],
  ["a running loop to close", "RuntimeError", () => (currentTask()!.getLoop() as Wrong).close()],
  ["a number to yield", "RuntimeError", () =>
    createTask(function* () {
      yield 7 as Wrong;
    })],
  ["a promise to yield", "RuntimeError", () =>
    createTask(function* () {
      yield handled(Promise.reject(new Error("its own"))) as Wrong;
    })],
  ["a future to a bare yield", "RuntimeError", () =>
    createTask(function* () {
      yield new Future() as Wrong;
    })],
  ["a promise to yield*", "TypeError", () =>
    createTask(function* () {
      yield* Promise.resolve() as Wrong;
    })],
  ["a task to itself (async)", "RuntimeError", () => {
    const task: Task<void> = createTask(async () => await task);
    return task;
  }],
  ["a task to itself (generator)", "RuntimeError", () => {
    const task: Task<void> = createTask(function* () {
      yield* task as Wrong;
    });
    return task;
  }],
  ["a result to a task", "RuntimeError", () => currentTask()!.setResult(1)],
  ["two results to a future", "InvalidStateError", () => {
    const future = new Future<number>();
    future.setResult(1);
    future.setResult(2);
  }],
];

function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function closedLoop(): ReturnType<typeof newEventLoop> {
  const loop = newEventLoop();
  loop.close();
  return loop;
}

/** Every misuse, each in a task of its own. */
async function main(): Promise<number> {
  let wrong = 0;
  for (const [name, error, misuse] of expected) {
    const task = createTask(async () => {
      try {
        await misuse();
        return "nothing";
      } catch (thrown) {
        return (thrown as Error).name;
      }
    });
    const outcome = await timeout(2000, () => task).catch((late) => late.name);
    if (outcome === error) continue;
    wrong++;
    console.log(`${name}: ${outcome} instead of ${error}`);
  }
  return wrong;
}

console.log(`${await run(main)} of ${expected.length} went wrong`);
for (const value of [null, undefined, 7, {}]) {
  await run(value as Wrong).then(() => console.log("ran"), (error) => error instanceof TypeError || console.log(error));
}
console.log("end");
