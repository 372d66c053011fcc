import { getRunningLoop, run, sleep } from "tsyncio";

/** `sleep` hands its second argument back, and takes one turn for a delay that is not above zero. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  let ticks = 0;

  function tick(): void {
    ticks += 1;
    getRunningLoop().callSoon(tick);
  }

  function* program() {
    emit(yield* sleep(20, "late"));
    emit(yield* sleep(0, "now"));
    tick();
    for (const delay of [0, -5]) {
      const before = ticks;
      yield* sleep(delay);
      emit(`sleep(${delay}) took ${ticks - before} turn`);
    }
  }

  await run(() => program());
}
