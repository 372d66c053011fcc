import { getRunningLoop, run } from "tsyncio";

/** A callback that schedules itself for ever does not hold timers up. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const done = loop.createFuture<string>();
    let spins = 0;

    function spin(): void {
      spins += 1;
      if (!done.done()) loop.callSoon(spin);
    }

    loop.callSoon(spin);
    loop.callLater(30, () => done.setResult("timer fired"));
    emit(yield* done);
    emit("spun more than once:", spins > 1);
  }

  await run(() => program());
}
