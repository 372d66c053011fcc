import { createTask, getRunningLoop, run, sleep } from "tsyncio";

/** A left-over task that fails while being cancelled is reported, and main's result still counts. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* leftover() {
    try {
      yield* sleep(30_000);
    } finally {
      // deno-lint-ignore no-unsafe-finally -- to fail while being cancelled is the point
      throw new RangeError("during shutdown");
    }
  }

  function* program() {
    getRunningLoop().setExceptionHandler((_loop, context) => emit("report:", context.message, "/", context.exception));
    createTask(() => leftover());
    yield* sleep(0);
    return "main's value";
  }

  emit(await run(() => program()));
}
