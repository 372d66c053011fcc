import { createTask, gather, isCancelled, run, sleep, timeout, TimeoutError } from "tsyncio";

/** A timeout around gather and around a task cancels the children as well. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* child(name: string) {
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (isCancelled(error)) emit(name, "interrupted");
      throw error;
    }
  }

  function* program() {
    try {
      yield* timeout(20, function* () {
        yield* gather([() => child("gathered")]);
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("gather timed out");
    }
    const task = createTask(() => child("task"));
    try {
      yield* timeout(20, function* () {
        yield* task;
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("task timed out; cancelled:", task.cancelled());
    }
  }

  await run(program);
}
