// own process: it sends a signal to itself
import process from "node:process";
import { Event, getRunningLoop, run, waitFor } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* body() {
    const loop = getRunningLoop();
    const got = new Event();

    function handler(word: string) {
      emit("handler", word, "in the loop:", getRunningLoop() === loop);
      got.set();
    }

    loop.addSignalHandler("SIGUSR1", handler, "usr1");
    process.kill(process.pid, "SIGUSR1");
    emit("signal sent, handler has not run yet");
    yield* waitFor(got.wait(), 5000);
    emit("removed:", loop.removeSignalHandler("SIGUSR1"));
    emit("removed again:", loop.removeSignalHandler("SIGUSR1"));
  }
  await run(() => body());
}
