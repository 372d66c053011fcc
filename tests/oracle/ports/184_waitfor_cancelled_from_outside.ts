import { createTask, isCancelled, run, sleep, TimeoutError, wait, waitFor } from "tsyncio";

/** Cancelling the task inside waitFor cancels what it waits for and throws CancelledError, not TimeoutError. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* inner() {
    try {
      yield* sleep(30_000);
    } finally {
      yield* sleep(0);
      emit("inner cleanup");
    }
  }

  function* outer() {
    try {
      yield* waitFor(() => inner(), 10_000);
    } catch (error) {
      if (error instanceof TimeoutError) {
        emit("TimeoutError (never)");
      } else if (isCancelled(error)) {
        emit("outer CancelledError");
        throw error;
      } else {
        throw error;
      }
    }
  }

  function* program() {
    const task = createTask(() => outer());
    yield* sleep(20);
    task.cancel();
    yield* wait([task]);
    emit("cancelled:", task.cancelled());
  }

  await run(program);
}
