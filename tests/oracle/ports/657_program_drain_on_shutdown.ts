import { createTask, Event, gather, Queue, run, sleep } from "tsyncio";

/** Graceful shutdown: stop accepting, finish what is queued, then cancel the idle workers. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const queue = new Queue<number | string>();
    const stopping = new Event();
    const done: (number | string)[] = [];

    function submit(job: number | string): void {
      if (stopping.isSet()) emit("refused", job);
      else queue.putNowait(job);
    }

    function* worker() {
      while (true) {
        const job = yield* queue.get();
        try {
          yield* sleep(10);
          done.push(job);
        } finally {
          queue.taskDone();
        }
      }
    }

    const workers = [createTask(() => worker()), createTask(() => worker())];
    for (let n = 0; n < 3; n++) submit(n);
    yield* sleep(0);
    stopping.set();
    submit("late");
    yield* queue.join();
    emit("done", done.sort(), "left", queue.qsize());
    for (const task of workers) task.cancel();
    const results: unknown[] = yield* gather(workers, { returnExceptions: true });
    emit(results.map((result) => (result as Error).name));
  }

  await run(program);
}
