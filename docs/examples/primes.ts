/**
 * Primes: the numbers below a limit are sieved in chunks, side by side in threads, with progress; Ctrl-C ends it in an orderly way.
 *
 *     deno run -A docs/examples/primes.ts [LIMIT]      bun docs/examples/primes.ts [LIMIT]      node docs/examples/primes.ts [LIMIT]
 *
 * `sieve` runs in the threads, and looks now and then whether it is still wanted. The first Ctrl-C cancels `main`, and with it all jobs.
 */
import process from "node:process";
import { createTask, isCancelled, moduleFunctions, run, ThreadPoolExecutor, wait } from "../../mod.ts";

const work = moduleFunctions<typeof import("./primes_work.ts")>(new URL("./primes_work.ts", import.meta.url));

const limit = Number(process.argv[2] ?? 20_000_000);
const CHUNKS = 20;

async function main(): Promise<number> {
  const pool = new ThreadPoolExecutor({ terminateAfter: 1000 });
  const size = Math.ceil(limit / CHUNKS);
  let done = 0;
  let total = 0;
  const tasks = Array.from({ length: CHUNKS }, (_, chunk) =>
    createTask(async () => {
      const count = await pool.submit(work.countPrimes, chunk * size, Math.min((chunk + 1) * size, limit));
      total += count; // not before the wait, when others are at it too
      console.log(`${String(++done * 100 / CHUNKS).padStart(3)} %  ${total} primes`);
    }));
  try {
    await wait(tasks);
    for (const task of tasks) task.result();
    return total;
  } catch (error) {
    if (isCancelled(error)) console.log(`interrupted after ${done} of ${CHUNKS} chunks`);
    throw error;
  } finally {
    for (const task of tasks) task.cancel();
    await pool.shutdown({ cancelFutures: true });
    console.log("the threads have ended");
  }
}

if (!Number.isSafeInteger(limit) || limit < 2) {
  console.error(`Cannot sieve up to ${process.argv[2]}: a whole number of 2 or more was expected`);
  process.exitCode = 2;
} else {
  try {
    console.log(`there are ${await run(main)} primes below ${limit}`);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    process.exitCode = 130;
  }
}
