import { createTask, currentTask, isCancelled, run, sleep } from "tsyncio";

/** `cancelling()` counts requests; `uncancel()` takes one back, never goes below zero, and returns what is left. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    const me = currentTask()!;
    emit("start", me.cancelling(), "uncancel at zero:", me.uncancel());
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("requests", me.cancelling());
      emit("left", me.uncancel());
      emit("left", me.uncancel());
      emit("left", me.uncancel());
    }
    yield* sleep(0);
    return "normal end";
  }

  function* program() {
    const task = createTask(() => job());
    yield* sleep(0);
    task.cancel();
    task.cancel();
    emit(yield* task);
    emit("after the end: cancel", task.cancel(), "requests", task.cancelling());
  }

  await run(program);
}
