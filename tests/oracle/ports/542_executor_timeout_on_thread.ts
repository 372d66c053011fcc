import { moduleFunctions, run, timeout, TimeoutError, toThread } from "tsyncio";
import { emitWith } from "./542_executor_timeout_on_thread_work.ts";

const { begin, slow } = moduleFunctions<typeof import("./542_executor_timeout_on_thread_work.ts")>(
  new URL("./542_executor_timeout_on_thread_work.ts", import.meta.url),
);

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* body() {
    // A thread of Python begins at once. Here it loads its modules first: with those 20 ms would pass before the job begins.
    yield* toThread(begin);
    try {
      yield* timeout(20, function* () {
        yield* toThread(slow);
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("gave up");
    }
  }
  emitWith(emit);
  await run(() => body());
  emit("after run");
}
