import { currentTask, isCancelled, run, sleep, TimeoutError, waitFor } from "tsyncio";

/** At the limit the inner coroutine is cancelled, and waitFor returns only after its cleanup. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("cancelled inside");
      yield* sleep(50);
      emit("cleanup took its time");
      throw error;
    }
  }

  function* program() {
    try {
      yield* waitFor(() => job(), 20);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("caught", error.constructor);
    }
    emit("main's requests:", currentTask()!.cancelling());
  }

  await run(program);
}
