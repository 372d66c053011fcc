import { gather, getRunningLoop, isFuture, moduleFunctions, run } from "tsyncio";

const { blocking } = moduleFunctions<typeof import("./535_executor_results_work.ts")>(
  new URL("./535_executor_results_work.ts", import.meta.url),
);

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* body() {
    const loop = getRunningLoop();
    const future = loop.runInExecutor(null, blocking, 7);
    emit("is a future:", isFuture(future), "done:", future.done());
    loop.callLater(20, () => emit("the loop is not blocked"));
    emit(yield* future);
    try {
      yield* loop.runInExecutor(null, blocking, -1);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("raised", error);
    }
    emit(yield* gather([0, 1, 2].map((n) => loop.runInExecutor(null, blocking, n))));
  }
  await run(() => body());
}
