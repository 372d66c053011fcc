import { getRunningLoop, run, sleep } from "tsyncio";

/** What a callback schedules runs in the next turn. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();

    function node(path: string): void {
      emit(path);
      if (path.length < 3) {
        loop.callSoon(node, `${path}l`);
        loop.callSoon(node, `${path}r`);
      }
    }

    loop.callSoon(node, "A");
    loop.callSoon(node, "B");
    for (let turn = 0; turn < 4; turn++) {
      emit(`-- turn ${turn}`);
      yield* sleep(0);
    }
  }

  await run(() => program());
}
