import { getRunningLoop, run, sleep } from "tsyncio";
import * as gen from "tsyncio/gen";

/** The clock of gen's sleep runs from the call, that of asyncio's from the await. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    loop.callLater(80, emit, "marker");
    const [a, b] = [gen.sleep(50), gen.sleep(50)];
    yield* a;
    yield* b;
    emit("both sleeps over");
    yield* sleep(80);
    emit("-- bare coroutines");
    loop.callLater(80, emit, "marker");
    const [c, d] = [sleep(50), sleep(50)];
    yield* c;
    yield* d;
    emit("both sleeps over");
  }

  await run(program);
}
