import { type Future, getRunningLoop, run } from "tsyncio";

class LookupError extends Error {}

/** Results and errors of futures come through nested generators. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* inner(future: Future<number>) {
    const value = yield* future;
    emit(`inner got ${value}`);
    return value + 1;
  }

  function* outer(good: Future<number>, bad: Future<number>) {
    const first = yield* inner(good);
    try {
      yield* inner(bad);
    } catch (error) {
      if (!(error instanceof LookupError)) throw error;
      emit(`outer caught ${error.message}`);
    }
    return first * 10;
  }

  function* program() {
    const loop = getRunningLoop();
    const good = loop.createFuture<number>();
    const bad = loop.createFuture<number>();
    loop.callSoon(() => good.setResult(4));
    loop.callLater(20, () => bad.setException(new LookupError("lost")));
    emit(yield* outer(good, bad));
  }

  await run(() => program());
}
