import { createTask, moduleFunctions, run, toThread, waitFor } from "tsyncio";
import { event } from "./541_executor_threadsafe_calls_work.ts";

const { elsewhere } = moduleFunctions<typeof import("./541_executor_threadsafe_calls_work.ts")>(
  new URL("./541_executor_threadsafe_calls_work.ts", import.meta.url),
);

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* body() {
    const task = createTask(() => toThread(elsewhere));
    yield* waitFor(event.wait(), 5000);
    emit("event set from elsewhere");
    emit(yield* task);
  }
  await run(() => body());
}
