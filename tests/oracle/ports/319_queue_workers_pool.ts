import { createTask, gather, Queue, run, sleep } from "tsyncio";

/** A pool of workers over one queue, stopped by cancellation after join. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker(q: Queue<number>, seen: number[]) {
    for (;;) {
      const item = yield* q.get();
      yield* sleep(2 * (item % 3));
      seen.push(item);
      q.taskDone();
    }
  }

  function* program() {
    const q = new Queue<number>();
    const seen: number[] = [];
    const workers = [0, 1, 2].map(() => createTask(() => worker(q, seen)));
    for (let n = 0; n < 12; n++) yield* q.put(n);
    yield* q.join();
    for (const task of workers) task.cancel();
    const ends: unknown[] = yield* gather(workers, { returnExceptions: true });
    emit("items:", seen.sort((a, b) => a - b));
    emit("ends:", ends.map((end) => (end as Error).name));
  }

  await run(program);
}
