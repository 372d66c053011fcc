import { createTask, currentTask, getRunningLoop, isCancelled, run, shield, sleep } from "tsyncio";

/** shield passes on inner's value, error or cancellation, and returns a finished inner as it is. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* ok() {
    yield* sleep(0);
    return "value";
  }

  function* bad() {
    yield* sleep(0);
    throw new RangeError("error");
  }

  function* program() {
    emit(yield* shield(() => ok()));
    try {
      yield* shield(() => bad());
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("raised", error);
    }
    const inner = createTask(sleep(30_000));
    const outer = shield(inner);
    yield* sleep(0);
    inner.cancel();
    try {
      yield* outer;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("outer cancelled:", outer.cancelled(), "my requests:", currentTask()!.cancelling());
    }
    const future = getRunningLoop().createFuture<number>();
    future.setResult(1);
    emit("finished one is passed through:", shield(future) === future);
  }

  await run(program);
}
