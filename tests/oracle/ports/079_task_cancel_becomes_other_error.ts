import { ConnectionError, createTask, isCancelled, run, sleep, wait } from "tsyncio";

/** An error thrown while the cancellation is handled replaces it: the task has failed and is not cancelled. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      throw new ConnectionError("while unwinding");
    }
  }

  function* program() {
    const task = createTask(() => job());
    yield* sleep(0);
    task.cancel();
    yield* wait([task]);
    emit("cancelled:", task.cancelled(), "exception:", task.exception());
  }

  await run(program);
}
