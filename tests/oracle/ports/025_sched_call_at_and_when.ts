import { getRunningLoop, run, sleep } from "tsyncio";

/** `callAt` takes the loop's time; what is overdue runs after what is ready. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const now = loop.time();
    const later = loop.callAt(now + 60, emit, "in time");
    loop.callAt(now - 10_000, emit, "overdue");
    loop.callSoon(emit, "ready");
    emit("when kept:", later.when() === now + 60);
    emit("loop clock moves on:", loop.time() >= now);
    yield* sleep(0);
    yield* sleep(120);
    emit("end");
  }

  await run(() => program());
}
