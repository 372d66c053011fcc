// own process: it sends signals to itself
import process from "node:process";
import { Event, getRunningLoop, run, waitFor } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* body() {
    const loop = getRunningLoop();
    const events = { usr1: new Event(), usr2: new Event() };
    for (const [signal, name] of [["SIGUSR1", "usr1"], ["SIGUSR2", "usr2"]] as const) {
      loop.addSignalHandler(signal, () => {
        emit("handler", name);
        events[name].set();
      });
    }
    loop.callLater(20, () => process.kill(process.pid, "SIGUSR2"));
    loop.callLater(60, () => process.kill(process.pid, "SIGUSR1"));
    yield* waitFor(events.usr2.wait(), 5000);
    emit("usr1 seen yet:", events.usr1.isSet());
    yield* waitFor(events.usr1.wait(), 5000);
    emit("removed:", loop.removeSignalHandler("SIGUSR1"), loop.removeSignalHandler("SIGUSR2"));
  }
  await run(() => body());
}
