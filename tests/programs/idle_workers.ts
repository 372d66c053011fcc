// Jobs of executors that nobody shuts down: the process lives until they are done, and no longer.
import { moduleFunctions, ProcessPoolExecutor, ThreadPoolExecutor } from "../../mod.ts";

const work = moduleFunctions<typeof import("../executors/_work.ts")>(new URL("../executors/_work.ts", import.meta.url));
const threads = new ThreadPoolExecutor({ maxWorkers: 1 });
const processes = new ProcessPoolExecutor({ maxWorkers: 1 });

threads.submit(work.waitAndAdd, 1, 2).addDoneCallback((job) => {
  console.log(`threads: ${job.result()}`);
  processes.submit(work.waitAndAdd, 3, 4).addDoneCallback((other) => console.log(`processes: ${other.result()}`));
});
console.log("end of the module");
