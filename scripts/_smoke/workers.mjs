// Jobs in threads and processes of the installed package, and a call from a thread on the loop. Prints what came of them.
import { moduleFunctions, ProcessPoolExecutor, run, ThreadPoolExecutor } from "tsyncio";

const jobs = moduleFunctions(new URL("./jobs.mjs", import.meta.url));

await run(async () => {
  const threads = new ThreadPoolExecutor({ maxWorkers: 1 });
  const processes = new ProcessPoolExecutor({ maxWorkers: 1 });
  const results = [await threads.submit(jobs.square, 3), await threads.submit(jobs.halfThere, 8), await processes.submit(jobs.square, 5)];
  await threads.shutdown();
  await processes.shutdown();
  console.log(JSON.stringify(results));
});
