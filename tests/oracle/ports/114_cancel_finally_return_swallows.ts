import { createTask, run, sleep } from "tsyncio";

/** Returning from `finally` swallows the cancellation just like catching it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    try {
      yield* sleep(30_000);
    } finally {
      // The point of the scenario.
      // deno-lint-ignore no-unsafe-finally
      return "from finally";
    }
  }

  function* program() {
    const task = createTask(() => job());
    yield* sleep(0);
    task.cancel();
    emit(yield* task, "cancelled:", task.cancelled());
  }

  await run(program);
}
