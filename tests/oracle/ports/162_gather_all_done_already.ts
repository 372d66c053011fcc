import { gather, getRunningLoop, run } from "tsyncio";

/** As since 3.12: gather of futures that are all done is done when it returns. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const a = loop.createFuture<string>();
    const b = loop.createFuture<string>();
    a.setResult("a");
    b.setResult("b");
    loop.callSoon(emit, "callback");
    const g = gather([a, b]);
    emit("done at once:", g.done());
    emit(yield* g);
  }

  await run(program);
}
