import { createTask, Queue, run, sleep } from "tsyncio";

/** `join` returns when every item put has been marked done; surplus marks are RangeErrors. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker(q: Queue<string>) {
    for (;;) {
      const item = yield* q.get();
      emit("working on", item, "left in queue", q.qsize());
      yield* sleep(10);
      q.taskDone();
      emit("done", item);
    }
  }

  function* program() {
    const q = new Queue<string>();
    yield* q.join();
    emit("joining an unused queue returns");
    for (const item of "abc") q.putNowait(item);
    const task = createTask(() => worker(q));
    yield* q.join();
    emit("joined");
    task.cancel();
    try {
      q.taskDone();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("surplus task_done: ValueError");
    }
  }

  await run(program);
}
