import { gather, getRunningLoop, moduleFunctions, run, ThreadPoolExecutor } from "tsyncio";
import { log } from "./536_executor_single_worker_fifo_work.ts";

const { job } = moduleFunctions<typeof import("./536_executor_single_worker_fifo_work.ts")>(
  new URL("./536_executor_single_worker_fifo_work.ts", import.meta.url),
);

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* body() {
    const loop = getRunningLoop();
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    try {
      emit(yield* gather([0, 1, 2].map((n) => loop.runInExecutor(pool, job, n))));
    } finally {
      yield* pool.shutdown();
    }
    emit(log);
  }
  await run(() => body());
}
