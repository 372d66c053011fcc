import { createTask, getRunningLoop, LookupError, run, sleep, waitFor } from "tsyncio";

/** waitFor gives the value when it comes in time, for coroutines, tasks and futures; a limit of null means for ever. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(value: string) {
    yield* sleep(10);
    return value;
  }

  function* program() {
    emit(yield* waitFor(() => job("coroutine"), 5000));
    emit(yield* waitFor(createTask(() => job("task")), 5000));
    const future = getRunningLoop().createFuture<string>();
    future.setResult("future");
    emit(yield* waitFor(future, 5000));
    emit(yield* waitFor(() => job("no limit"), null));
    try {
      yield* waitFor(() => jobFails(), 5000);
    } catch (error) {
      if (!(error instanceof LookupError)) throw error;
      emit("own error passes:", error);
    }
  }

  function* jobFails() {
    throw new LookupError("inner");
  }

  await run(program);
}
