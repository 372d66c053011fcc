import { currentTask, getRunningLoop, isCancelled, run, sleep, Timeout, TimeoutError } from "tsyncio";

/** A timeout interrupts its body with CancelledError and turns that into TimeoutError outside. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const scope = new Timeout(getRunningLoop().time() + 20);
    try {
      yield* scope.run(function* () {
        try {
          yield* sleep(30_000);
        } catch (error) {
          if (isCancelled(error)) emit("body sees CancelledError; expired already:", scope.expired());
          throw error;
        }
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("outside:", error.constructor, "cause:", (error.cause as Error).constructor);
    }
    emit("expired:", scope.expired(), "requests:", currentTask()!.cancelling());
    yield* sleep(0);
    emit("task goes on");
  }

  await run(program);
}
