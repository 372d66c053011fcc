import { coroutine, createTask, gather, getRunningLoop, run } from "tsyncio";

/** gather of nothing is an empty list without giving up the turn; equal arguments run once. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  // Lazy in both colours, so that one call can be an argument twice.
  const job = coroutine(function* () {
    emit("body runs");
    return "v";
  });

  function* program() {
    getRunningLoop().callSoon(emit, "callback");
    emit(yield* gather([]));
    emit("not suspended");
    const call = job();
    emit(yield* gather([call, call]));
    const task = createTask(() => job());
    emit(yield* gather([task, task, task]));
  }

  await run(program);
}
