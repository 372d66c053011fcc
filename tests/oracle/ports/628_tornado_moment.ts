import { getRunningLoop, run } from "tsyncio";
import { moment } from "tsyncio/gen";

/** Ready values are worked through without giving up the turn; moment gives up one. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* ready(n: number) {
    return n;
  }

  function* program() {
    const loop = getRunningLoop();
    loop.callSoon(emit, "callback 1");
    let total = 0;
    for (let n = 0; n < 3; n++) total += yield* ready(n);
    emit("total", total);
    yield* moment;
    emit("after one moment");
    loop.callSoon(emit, "callback 2");
    yield* moment;
    emit("after another");
  }

  await run(program);
}
