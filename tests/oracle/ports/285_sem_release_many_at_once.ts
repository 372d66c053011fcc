import { createTask, run, Semaphore, sleep, type Task } from "tsyncio";

/** Several releases in a row wake as many waiters, in order, in one turn. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker(i: number, sem: Semaphore) {
    yield* sem.acquire();
    emit("worker", i);
  }

  function* program() {
    const sem = new Semaphore(0);
    const tasks = [0, 1, 2, 3].map((i) => createTask(() => worker(i, sem)));
    yield* sleep(0);
    for (let i = 0; i < 3; i++) sem.release();
    emit("released three");
    yield* sleep(0);
    emit("one turn later, done:", tasks.map((task) => task.done()));
    sem.release();
    yield* tasks[3] as Task<void>;
  }

  await run(program);
}
