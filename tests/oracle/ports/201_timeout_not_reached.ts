import { getRunningLoop, run, sleep, Timeout, timeout } from "tsyncio";

class LookupError extends Error {}

/** A body that ends in time is left alone; the timer is gone afterwards. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const scope = new Timeout(getRunningLoop().time() + 40);
    yield* scope.run(function* () {
      yield* sleep(5);
      emit("body done");
    });
    yield* sleep(80);
    emit("expired:", scope.expired());
    const never = new Timeout(null);
    yield* never.run(function* () {
      emit("deadline:", never.when());
      yield* sleep(0);
    });
    emit("expired:", never.expired());
    try {
      yield* timeout(5000, function* () {
        throw new LookupError("own");
      });
    } catch (error) {
      if (!(error instanceof LookupError)) throw error;
      emit("own error passes:", error);
    }
  }

  await run(program);
}
