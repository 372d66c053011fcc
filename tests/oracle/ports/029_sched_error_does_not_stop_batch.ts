import { type EventLoop, type ExceptionContext, getRunningLoop, run, sleep } from "tsyncio";

/** A callback that throws is reported, and the turn goes on. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function handler(_loop: EventLoop, context: ExceptionContext): void {
    emit("report:", context.exception);
  }

  function boom(): void {
    throw new RangeError("two");
  }

  function* program() {
    const loop = getRunningLoop();
    loop.setExceptionHandler(handler);
    loop.callSoon(emit, "one");
    loop.callSoon(boom);
    loop.callSoon(emit, "three");
    yield* sleep(0);
    emit("loop lives");
  }

  await run(() => program());
}
