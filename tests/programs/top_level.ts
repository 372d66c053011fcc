// The library at top level, without run(): everything that waits, in plain async functions, outside any task.
import {
  createTask,
  currentTask,
  Event,
  Future,
  gather,
  getRunningLoop,
  isCancelled,
  shield,
  sleep,
  timeout,
  TimeoutError,
  until,
  waitFor,
} from "../../mod.ts";

const check = (name: string, good: boolean): void => {
  if (!good) throw new Error(`${name} failed`);
  console.log(name);
};

async function helper(): Promise<string> {
  await sleep(1);
  return await createTask(() => sleep(1, "helped"));
}

check("sleep", await sleep(1, "x") === "x");
check("helper", await helper() === "helped");
check("gather", (await gather([sleep(1, 1), () => sleep(1, 2)])).join() === "1,2");
check("shield", await shield(sleep(1, "x")) === "x");
check("until", await until(Promise.resolve("x")) === "x");
check("timeout", await timeout(1000, async () => await sleep(1, "x")) === "x");
check("timeout expires", await timeout(5, () => sleep(10_000)).catch((error) => error instanceof TimeoutError) === true);
check("waitFor", await waitFor(helper(), 1000) === "helped");
check("Promise.all", (await Promise.all([sleep(2, 1), sleep(1, 2)])).join() === "1,2");
check("no task", currentTask() === null);
const future = new Future<string>();
setTimeout(() => future.setResult("from outside"), 1);
check("future", await future === "from outside");
const event = new Event();
setTimeout(() => event.set(), 1);
check("event", await event.wait());
const task = createTask(async () => {
  check("a task", currentTask() !== null && getRunningLoop() === future.getLoop());
  await sleep(10_000);
});
await sleep(1);
task.cancel();
check("cancel", await task.then(() => false, isCancelled));
let refused = false;
try {
  getRunningLoop();
} catch (error) {
  refused = (error as Error).name === "RuntimeError";
}
check("getRunningLoop refuses", refused);
