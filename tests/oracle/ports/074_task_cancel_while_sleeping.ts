import { createTask, isCancelled, run, sleep } from "tsyncio";

/** Cancelling a sleeping task throws at its wait one turn later; `cancelled()` is true only when the task has unwound. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* sleeper() {
    emit("sleeping");
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("interrupted");
      throw error;
    } finally {
      emit("cleanup");
    }
  }

  function* program() {
    const task = createTask(() => sleeper());
    yield* sleep(20);
    emit("cancel:", task.cancel(), "cancelled:", task.cancelled(), "done:", task.done());
    yield* sleep(0);
    emit("one turn later, done:", task.done());
    yield* sleep(0);
    emit("then cancelled:", task.cancelled(), "cancel again:", task.cancel());
  }

  await run(program);
}
