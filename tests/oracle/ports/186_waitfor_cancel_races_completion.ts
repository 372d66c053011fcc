import { createTask, currentTask, type Future, getRunningLoop, isCancelled, run, sleep, wait, waitFor } from "tsyncio";

/** As since 3.12: a cancellation wins over a result that became ready in the same turn. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* outer(future: Future<string>) {
    try {
      emit("value", yield* waitFor(future, 10_000));
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("CancelledError");
      throw error;
    }
    emit("requests:", currentTask()!.cancelling());
  }

  function* program() {
    const future = getRunningLoop().createFuture<string>();
    const task = createTask(() => outer(future));
    yield* sleep(10);
    future.setResult("just in time");
    task.cancel();
    yield* wait([task]);
    emit("cancelled:", task.cancelled());
  }

  await run(program);
}
