import { createTask, getRunningLoop, run, shield, sleep, TimeoutError, waitFor } from "tsyncio";

/** At the limit the future or task itself is cancelled; a shield in between protects it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    yield* sleep(60);
    return "job value";
  }

  function* program() {
    const future = getRunningLoop().createFuture<void>();
    try {
      yield* waitFor(future, 20);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("future cancelled:", future.cancelled());
    }
    const task = createTask(() => job());
    try {
      yield* waitFor(shield(task), 20);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("task cancelled:", task.cancelled(), "done:", task.done());
    }
    emit(yield* task);
  }

  await run(program);
}
