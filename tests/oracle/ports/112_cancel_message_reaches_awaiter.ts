import { createTask, isCancelled, run, sleep } from "tsyncio";

/** The message of `cancel()` is seen inside the task and by whoever waits for it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("inside:", error);
      throw error;
    }
  }

  function* program() {
    const messages: [string?][] = [["over budget"], []];
    for (const message of messages) {
      const task = createTask(() => job());
      yield* sleep(0);
      task.cancel(...message);
      try {
        yield* task;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        emit("awaiter:", error);
      }
    }
  }

  await run(program);
}
