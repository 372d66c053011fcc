import { getRunningLoop, run, sleep } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function boom(): never {
    throw new RangeError("x");
  }

  function* program(debug: boolean) {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, context) => emit("debug", debug, "origin known:", "sourceTraceback" in context));
    loop.callSoon(boom);
    yield* sleep(0);
  }

  await run(() => program(false), { debug: false });
  await run(() => program(true), { debug: true });
}
