import { createTask, run, Semaphore, sleep, wait } from "tsyncio";

/** A semaphore lets in as many as its count; the rest wait in order. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker(name: string, sem: Semaphore, delay: number) {
    yield* sem.run(function* () {
      emit(name, "in");
      yield* sleep(delay);
      emit(name, "out");
    });
  }

  function* program() {
    const sem = new Semaphore(2);
    emit("locked:", sem.locked());
    const delays = { a: 30, b: 60, c: 60, d: 60 };
    const tasks = Object.entries(delays).map(([name, delay]) => createTask(() => worker(name, sem, delay)));
    yield* sleep(0);
    emit("locked:", sem.locked());
    yield* wait(tasks);
    emit("locked:", sem.locked());
  }

  await run(program);
}
