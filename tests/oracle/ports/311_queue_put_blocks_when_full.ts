import { createTask, Queue, run, sleep } from "tsyncio";

/** `put` on a full queue waits for room; a waiting putter resumes a turn after the get. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* producer(q: Queue<number>) {
    for (let n = 0; n < 3; n++) {
      yield* q.put(n);
      emit("put", n);
    }
  }

  function* program() {
    const q = new Queue<number>(2);
    const task = createTask(() => producer(q));
    yield* sleep(10);
    emit("producer done:", task.done(), "size", q.qsize());
    emit("got", yield* q.get());
    emit("size right after get:", q.qsize());
    yield* sleep(0);
    yield* sleep(0);
    emit("producer done:", task.done(), "size", q.qsize());
  }

  await run(program);
}
