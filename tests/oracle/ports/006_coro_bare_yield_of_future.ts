// generator only: a yield without a star exists in generators alone
import { type CoroutineGenerator, type Future, getRunningLoop, run, RuntimeError } from "tsyncio";

/** A future that is yielded without a star is an error at that yield, from which the task recovers. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* wrong(future: Future<string>): CoroutineGenerator<string> {
    try {
      yield future as never;
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit(`caught RuntimeError: ${error.message.slice(0, 36)}`);
    }
    emit("future done:", future.done());
    const value = yield* future;
    return value;
  }

  function* program() {
    const loop = getRunningLoop();
    const future = loop.createFuture<string>();
    loop.callLater(20, () => future.setResult("fine"));
    emit(yield* wrong(future));
  }

  await run(() => program());
}
