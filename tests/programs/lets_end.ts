// Used and at rest, the default loop lets the process end: futures that nobody completes hold nothing.
import { createTask, Event, Future, gather, getRunningLoop, shield, sleep } from "../../mod.ts";

await sleep(1);
const forgotten = new Future();
forgotten.addDoneCallback(() => console.log("never"));
const event = new Event();
event.set();
await event.wait();
await gather([sleep(1), () => sleep(2)]);
await shield(sleep(1));
const cancelled = createTask(() => sleep(1_000_000));
await sleep(1);
cancelled.cancel();
const { timer, loop } = await createTask(async () => ({ loop: getRunningLoop(), timer: getRunningLoop().callLater(1_000_000, () => {}) }));
loop.callLater(1, () => console.log("timer"));
setTimeout(() => timer.cancel(), 20); // while the loop rests
console.log("end of the module");
