import { createTask, isCancelled, run, shield, sleep, wait } from "tsyncio";

/** The pattern "finish the critical part, then obey the cancellation". */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* save() {
    yield* sleep(50);
    emit("saved");
  }

  function* job() {
    const critical = createTask(() => save());
    try {
      yield* shield(critical);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("cancelled during the save; waiting for it");
      yield* critical;
      throw error;
    }
  }

  function* program() {
    const task = createTask(() => job());
    yield* sleep(20);
    task.cancel();
    yield* wait([task]);
    emit("task cancelled:", task.cancelled());
  }

  await run(program);
}
