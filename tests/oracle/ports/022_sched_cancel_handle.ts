import { getRunningLoop, run, sleep } from "tsyncio";

/** A cancelled callback does not run, even if its turn has begun. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const early = loop.callSoon(emit, "never 1");
    early.cancel();
    early.cancel();
    emit("early cancelled:", early.cancelled());

    loop.callSoon(() => {
      emit("killer");
      victim.cancel();
    });
    const victim = loop.callSoon(emit, "never 2");
    const last = loop.callSoon(emit, "survivor");
    yield* sleep(0);
    last.cancel();
    emit("cancelled after the run:", last.cancelled());
  }

  await run(() => program());
}
