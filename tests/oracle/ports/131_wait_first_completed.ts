import { createTask, FIRST_COMPLETED, run, sleep, type Task, wait } from "tsyncio";

/** FIRST_COMPLETED returns with the earliest; the rest keep running and can be waited for again. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(name: string, delay: number) {
    yield* sleep(delay);
    emit(name, "ends");
  }

  function names(tasks: Set<Task<void>>) {
    return new Set([...tasks].map((task) => task.getName()));
  }

  function* program() {
    const tasks = ([["slow", 90], ["fast", 30], ["mid", 60]] as const).map(([name, delay]) => createTask(() => job(name, delay), { name }));
    const [first, others] = yield* wait(tasks, { returnWhen: FIRST_COMPLETED });
    emit(names(first), names(others));
    const [done, pending] = yield* wait(others);
    emit(names(done), pending.size);
  }

  await run(program);
}
