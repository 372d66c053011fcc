import { run, sleep, timeout } from "tsyncio";

/** When a timed out body ends with another error, the CancelledError among that error's causes is replaced by a TimeoutError caused by it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    try {
      yield* timeout(20, function* () {
        try {
          yield* sleep(30_000);
        } catch (cause) {
          throw new RangeError("cleanup failed", { cause });
        }
      });
    } catch (error) {
      const { cause } = error as { cause: Error };
      emit(error, "<-", cause.constructor, "<-", (cause.cause as Error).constructor);
    }
  }

  await run(program);
}
