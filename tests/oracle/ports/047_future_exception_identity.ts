import { getRunningLoop, run } from "tsyncio";

/** Everybody who reads a failed future gets the same error object. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const future = getRunningLoop().createFuture();
    const failure = new RangeError("broken");
    future.setException(failure);
    emit("exception() is it:", future.exception() === failure);
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        yield* future;
      } catch (error) {
        emit("await raised it:", error === failure);
      }
    }
    try {
      future.result();
    } catch (error) {
      emit("result() raised it:", error === failure);
    }
  }

  await run(() => program());
}
