import { CancelledError, currentTask, getRunningLoop, run, sleep } from "tsyncio";

/** A future is cancelled at once; its callbacks come a turn later, and who awaits it is not cancelled. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const future = getRunningLoop().createFuture();
    future.addDoneCallback(() => emit("callback, cancelled:", future.cancelled()));
    emit("cancel:", future.cancel());
    emit("at once: cancelled", future.cancelled(), "done", future.done());
    emit("cancel again:", future.cancel());
    yield* sleep(0);
    try {
      yield* future;
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      emit("await raises CancelledError; main itself is not being cancelled:", currentTask()?.cancelling());
    }
  }

  await run(() => program());
}
