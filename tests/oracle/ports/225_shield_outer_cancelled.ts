import { createTask, isCancelled, run, shield, sleep, type Task, wait } from "tsyncio";

/** Cancelling a task that waits for `shield(inner)` leaves inner running. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* inner() {
    yield* sleep(50);
    emit("inner finished");
    return "inner value";
  }

  function* outer(task: Task<string>) {
    try {
      yield* shield(task);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("outer CancelledError; inner done:", task.done(), "requests:", task.cancelling());
      throw error;
    }
  }

  function* program() {
    const i = createTask(() => inner());
    const o = createTask(() => outer(i));
    yield* sleep(20);
    o.cancel();
    yield* wait([o]);
    emit("outer cancelled:", o.cancelled());
    emit(yield* i);
  }

  await run(program);
}
