// Uses the library from the URL that it is given: its workers come from there, too.
import process from "node:process";

const url = process.argv[2]!;
const { moduleFunctions, ProcessPoolExecutor, run, ThreadPoolExecutor } = await import(url) as typeof import("../../mod.ts");
const work = moduleFunctions<{ add(a: number, b: number): number }>("data:text/javascript,export const add = (a, b) => a + b");

await run(async () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  console.log(`thread: ${await pool.submit(work.add, 1, 2)}`);
  await pool.shutdown();
  const processes = new ProcessPoolExecutor({ maxWorkers: 1 });
  console.log(`process: ${await processes.submit(work.add, 3, 4)}`);
  await processes.shutdown();
});
