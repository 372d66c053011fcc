import { run, sleep, timeout, TimeoutError } from "tsyncio";

/** The body's cleanup may wait past the deadline: TimeoutError appears after it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    try {
      yield* timeout(20, function* () {
        try {
          yield* sleep(30_000);
        } finally {
          emit("cleanup starts");
          yield* sleep(50);
          emit("cleanup ends");
        }
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("TimeoutError");
    }
  }

  await run(program);
}
