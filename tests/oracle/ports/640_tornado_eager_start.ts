// generator only: an async function that has been called is not done when the call returns, even if its body has ended
import { coroutine, maybeFuture, moment, runSync } from "tsyncio/gen";

/** A coroutine starts at the call and runs to its first wait for something that is not ready, before the caller goes on. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const waits = coroutine(function* () {
    emit("inside waits");
    yield moment;
    emit("waits goes on");
  });

  const neverWaits = coroutine(function* () {
    yield maybeFuture(1);
    return "value";
  });

  const fails = coroutine(function* () {
    throw new RangeError("at once");
  });

  const program = coroutine(function* () {
    const future = waits();
    emit("called; done:", future.done());
    emit("never waits; done:", neverWaits().done());
    const bad = fails();
    emit("failure is kept, not raised; done:", bad.done());
    try {
      yield bad;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("raised at the yield:", error);
    }
    yield future;
  });

  await runSync(program);
}
