import { getRunningLoop, run, sleep } from "tsyncio";

/** Timers with one deadline fire in one turn. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const when = loop.time() + 50;
    const seen: string[] = [];

    function fire(name: string): void {
      if (seen.length === 0) loop.callSoon(follow);
      seen.push(name);
    }

    function follow(): void {
      emit("follow-up sees", seen.toSorted());
    }

    for (const name of "pqrst") loop.callAt(when, fire, name);
    yield* sleep(100);
    emit(`${seen.length} fired`);
  }

  await run(() => program());
}
