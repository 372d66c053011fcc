import { createTask, isCancelled, run, sleep } from "tsyncio";

/** A task may catch the cancellation and carry on: it gives its value, and the request stays counted. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* stubborn() {
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("no thanks");
    }
    yield* sleep(20);
    emit("slept normally afterwards");
    return "survived";
  }

  function* program() {
    const task = createTask(() => stubborn());
    yield* sleep(0);
    emit("cancel:", task.cancel());
    emit(yield* task);
    emit("cancelled:", task.cancelled(), "requests:", task.cancelling());
  }

  await run(program);
}
