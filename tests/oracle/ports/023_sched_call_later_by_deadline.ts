import { getRunningLoop, run } from "tsyncio";

/** Timers fire by their deadlines, whatever the order of the calls. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const end = loop.createFuture<string>();
    loop.callLater(120, emit, "3");
    loop.callLater(40, emit, "1");
    loop.callLater(160, emit, "4");
    loop.callLater(80, emit, "2");
    const dropped = loop.callLater(60, emit, "dropped");
    loop.callLater(200, () => end.setResult("end"));
    dropped.cancel();
    emit(yield* end);
  }

  await run(() => program());
}
