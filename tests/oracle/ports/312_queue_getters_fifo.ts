import { createTask, Queue, run, sleep, wait } from "tsyncio";

/** Waiting getters are served in the order they came. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* getter(i: number, q: Queue<string>) {
    emit("g", i, "got", yield* q.get());
  }

  function* program() {
    const q = new Queue<string>();
    const tasks = [0, 1, 2].map((i) => createTask(() => getter(i, q)));
    yield* sleep(0);
    for (const item of "xyz") q.putNowait(item);
    emit("put three");
    yield* wait(tasks);
  }

  await run(program);
}
