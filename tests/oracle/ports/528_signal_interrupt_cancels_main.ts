// own process: it sends a signal to itself
// JavaScript has no KeyboardInterrupt: run() throws the CancelledError, whose message says what it was.
import process from "node:process";
import { getRunningLoop, isCancelled, run, sleep } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* body() {
    getRunningLoop().callLater(20, () => process.kill(process.pid, "SIGINT"));
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("main sees CancelledError");
      yield* sleep(10);
      emit("main cleaned up");
      throw error;
    }
  }

  try {
    await run(() => body());
  } catch (error) {
    if (!isCancelled(error) || error.message !== "interrupted by SIGINT") throw error;
    emit("KeyboardInterrupt out of run");
  }
}
