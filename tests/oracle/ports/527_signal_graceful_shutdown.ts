// own process: it sends a signal to itself
import process from "node:process";
import { createTask, getRunningLoop, isCancelled, run, sleep } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker() {
    try {
      while (true) yield* sleep(30_000);
    } finally {
      yield* sleep(10);
      emit("worker cleaned up");
    }
  }

  function* body() {
    const loop = getRunningLoop();
    const task = createTask(() => worker());
    loop.addSignalHandler("SIGTERM", () => void task.cancel());
    loop.callLater(20, () => process.kill(process.pid, "SIGTERM"));
    try {
      yield* task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("worker cancelled by the signal");
    }
    return "normal end";
  }
  emit(await run(() => body()));
}
