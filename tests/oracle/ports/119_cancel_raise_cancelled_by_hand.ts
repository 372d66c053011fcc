import { CancelledError, createTask, isCancelled, run, sleep, wait } from "tsyncio";

/** A coroutine may end its task as cancelled by throwing CancelledError itself; no request is counted. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    yield* sleep(0);
    throw new CancelledError("own decision");
  }

  function* program() {
    const task = createTask(() => job());
    yield* wait([task]);
    emit("cancelled:", task.cancelled(), "requests:", task.cancelling());
    try {
      yield* task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("awaiter sees", error);
    }
    try {
      task.exception();
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("exception() raises as well");
    }
  }

  await run(program);
}
