import { getRunningLoop, OSError, run } from "tsyncio";
import { coroutine, moment, multi } from "tsyncio/gen";

class KeyError extends Error {}

/** multi reports further errors, apart from those of the kinds that are to be quiet. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const bad = coroutine(function* (error: Error) {
    yield* moment;
    throw error;
  });

  function* program() {
    getRunningLoop().setExceptionHandler((_loop, { exception }) => emit("logged:", (exception as Error).constructor));
    try {
      yield* multi([bad(new RangeError("one")), bad(new OSError("two")), bad(new KeyError("three"))], { quietExceptions: [OSError] });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("raised", error);
    }
  }

  await run(program);
}
