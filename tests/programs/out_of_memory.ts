// A job takes all the memory that there is for its worker, a thread or a process, or much of it; the next one is done by another worker.
import process from "node:process";
import { moduleFunctions, ProcessPoolExecutor, run, ThreadPoolExecutor } from "../../mod.ts";

const work = moduleFunctions<typeof import("../executors/_work.ts")>(new URL("../executors/_work.ts", import.meta.url));

await run(async () => {
  const pool = process.argv[2] === "thread" ? new ThreadPoolExecutor({ maxWorkers: 1 }) : new ProcessPoolExecutor({ maxWorkers: 1 });
  try {
    console.log(await pool.submit(process.argv[3] === "much" ? work.takeMuchMemory : work.takeAllMemory));
  } catch (error) {
    console.log(`${error}`);
  }
  console.log(`then ${await pool.submit(work.add, 1, 2)}`);
  await pool.shutdown();
});
