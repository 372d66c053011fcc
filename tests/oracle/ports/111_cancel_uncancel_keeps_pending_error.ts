import { createTask, currentTask, isCancelled, run, sleep } from "tsyncio";

/** As since 3.13: an `uncancel()` that reaches zero also withdraws the request that was not delivered yet. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    const me = currentTask()!;
    me.cancel();
    emit("left", me.uncancel());
    try {
      yield* sleep(0);
      emit("not interrupted");
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("interrupted anyway");
    }
  }

  function* program() {
    yield* createTask(() => job());
  }

  await run(program);
}
