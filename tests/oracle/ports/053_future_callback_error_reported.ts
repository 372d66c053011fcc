import { getRunningLoop, run } from "tsyncio";

class KeyError extends Error {}

/** A done callback that throws is reported, and spares the others. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function bad(): void {
    throw new KeyError("oops");
  }

  function* program() {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, context) => emit("reported", (context.exception as Error).constructor));
    const future = loop.createFuture<string>();
    future.addDoneCallback(() => emit("before"));
    future.addDoneCallback(bad);
    future.addDoneCallback(() => emit("after"));
    loop.callSoon(() => future.setResult("x"));
    emit("waiter got", yield* future);
  }

  await run(() => program());
}
