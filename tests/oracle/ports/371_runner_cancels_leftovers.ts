import { CancelledError, createTask, run, sleep } from "tsyncio";

/** `run` cancels the tasks that main leaves behind, and waits until they have cleaned up. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* leftover() {
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      emit("leftover cancelled");
      yield* sleep(20);
      emit("leftover cleaned up");
      throw error;
    }
  }

  function* program() {
    createTask(() => leftover());
    yield* sleep(0);
    emit("main ends");
    return "value";
  }

  emit(await run(() => program()));
}
