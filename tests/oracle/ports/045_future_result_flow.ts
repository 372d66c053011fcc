import { getRunningLoop, run } from "tsyncio";

/** A future is pending, then has one result, which may be read again and again. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const future = loop.createFuture<string>();
    emit("pending: done", future.done(), "cancelled", future.cancelled());
    loop.callSoon(() => future.setResult("the value"));
    emit("awaited:", yield* future);
    emit("read again:", future.result(), "exception:", future.exception());
    emit("finished: done", future.done(), "cancelled", future.cancelled());
    emit("cancel after the end:", future.cancel());
  }

  await run(() => program());
}
