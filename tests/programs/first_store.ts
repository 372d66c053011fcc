// A foreign store that is current where the default loop is used first does not stay in the loop's callbacks.
import { AsyncLocalStorage } from "node:async_hooks";
import { createTask, Future, getRunningLoop, sleep } from "../../mod.ts";

const storage = new AsyncLocalStorage<string>();
await storage.run("the first request", () => sleep(1));
const seen = new Future<string>();
createTask(async () => {
  const loop = getRunningLoop();
  loop.callSoon(() => loop.callLater(1, () => seen.setResult(storage.getStore() ?? "none")));
});
console.log(`callback: ${await seen}`);
console.log(`task: ${await createTask(async () => (await sleep(1), storage.getStore() ?? "none"))}`);
