import { asCompleted, createTask, run, sleep, TimeoutError, wait } from "tsyncio";

/** After its timeout asCompleted throws TimeoutError for each one missing; nothing is cancelled. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(n: number, delay: number) {
    yield* sleep(delay);
    emit("finished", n);
    return n;
  }

  function* program() {
    const tasks = ([[1, 20], [2, 120], [3, 160]] as const).map(([n, delay]) => createTask(() => job(n, delay)));
    for (const next of asCompleted(tasks, { timeout: 60 })) {
      try {
        emit("got", yield* next);
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        emit("TimeoutError");
      }
    }
    emit("cancelled:", tasks.map((task) => task.cancelled()));
    yield* wait(tasks);
  }

  await run(program);
}
