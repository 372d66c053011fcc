import { run } from "tsyncio";
import { BadYieldError, convertYielded, maybeFuture, moment, multi } from "tsyncio/gen";

/** Waiting for something that cannot be waited for raises at that very place, where it can be caught. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    for (const thing of [42, "text", [moment, 43]]) {
      try {
        yield* convertYielded(thing);
        emit("accepted");
      } catch (error) {
        if (!(error instanceof BadYieldError)) throw error;
        emit("caught at the yield");
      }
    }
    emit(yield* multi([moment, maybeFuture("good")]));
  }

  await run(program);
}
