import { coroutine, createTask, run, RuntimeError, sleep } from "tsyncio";

/** A coroutine object runs once; awaiting it again is an error and not an empty result. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* () {
    yield* sleep(0);
    return "value";
  });

  function* program() {
    const pending = job();
    emit(yield* pending);
    try {
      emit(yield* pending);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("second await: RuntimeError");
    }
    const task = createTask(job());
    emit(`a task may be awaited twice: ${yield* task} ${yield* task}`);
  }

  await run(() => program());
}
