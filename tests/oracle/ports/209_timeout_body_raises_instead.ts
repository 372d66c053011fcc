import { currentTask, getRunningLoop, isCancelled, run, sleep, Timeout } from "tsyncio";

/** A body that answers the interruption with another error propagates that one. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const scope = new Timeout(getRunningLoop().time() + 20);
    try {
      yield* scope.run(function* () {
        try {
          yield* sleep(30_000);
        } catch (error) {
          if (isCancelled(error)) throw new RangeError("on the way out");
        }
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("raised", error);
    }
    emit("expired:", scope.expired(), "requests:", currentTask()!.cancelling());
  }

  await run(program);
}
