// A job takes all the memory that there is for its worker, a thread or a process; the next one is done by another worker.
import process from "node:process";
import { moduleFunctions, ProcessPoolExecutor, run, ThreadPoolExecutor } from "../../mod.ts";

const work = moduleFunctions<typeof import("../executors/_work.ts")>(new URL("../executors/_work.ts", import.meta.url));

await run(async () => {
  const pool = process.argv[2] === "thread" ? new ThreadPoolExecutor({ maxWorkers: 1 }) : new ProcessPoolExecutor({ maxWorkers: 1 });
  try {
    await pool.submit(work.takeAllMemory);
  } catch (error) {
    console.log(`${error}`);
  }
  console.log(`then ${await pool.submit(work.add, 1, 2)}`);
  await pool.shutdown();
});
