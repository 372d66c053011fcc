import { ensureFuture, getRunningLoop, run, shield, sleep, wait } from "tsyncio";

/** The error's own name is part of the report, so Python's is spelt out here. */
class ValueError extends Error {
  override name = "ValueError";
}

/** After shield's waiter was cancelled, a failure of the inner task is reported when it happens; a value is not. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* inner(error: Error | null) {
    yield* sleep(20);
    if (error !== null) throw error;
    return "fine";
  }

  function* program() {
    getRunningLoop().setExceptionHandler((_loop, context) => emit("report:", context.message, "/", context.exception));
    for (const error of [null, new ValueError("late")]) {
      const task = ensureFuture(() => inner(error));
      const outer = shield(task);
      yield* sleep(0);
      outer.cancel();
      yield* wait([task]);
      yield* sleep(0);
      emit("task ended, failed:", task.exception() !== null);
    }
  }

  await run(program);
}
