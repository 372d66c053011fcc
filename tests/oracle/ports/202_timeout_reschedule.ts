import { getRunningLoop, run, RuntimeError, sleep, Timeout, timeout, TimeoutError } from "tsyncio";

/** A running timeout can be postponed, removed, or pulled forward. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    yield* timeout(20, function* (scope) {
      scope.reschedule(loop.time() + 5000);
      yield* sleep(50);
      emit("survived the first deadline");
      scope.reschedule(null);
      emit("deadline:", scope.when());
      yield* sleep(0);
    });
    const scope = new Timeout(null);
    try {
      yield* scope.run(function* () {
        scope.reschedule(loop.time() + 20);
        yield* sleep(30_000);
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("cut by the new deadline");
    }
    try {
      scope.reschedule(null);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("RuntimeError:", error);
    }
  }

  await run(program);
}
