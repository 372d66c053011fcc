import { asCompleted, createTask, run, sleep, wait } from "tsyncio";

/** Leaving the loop early leaves the remaining tasks running. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(n: number, delay: number) {
    yield* sleep(delay);
    emit("finished", n);
    return n;
  }

  function* program() {
    const tasks = [1, 2, 3].map((n) => createTask(() => job(n, n * 30)));
    for (const next of asCompleted(tasks)) {
      emit("took", yield* next);
      break;
    }
    yield* wait(tasks);
  }

  await run(program);
}
