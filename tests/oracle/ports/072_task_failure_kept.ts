import { createTask, run, sleep } from "tsyncio";

class ZeroDivisionError extends Error {
  override name = "ZeroDivisionError";
}

/** A failing task keeps its error: `exception()` returns it, waiting and `result()` throw the same object, other tasks go on. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* bad() {
    yield* sleep(0);
    throw new ZeroDivisionError("bad");
  }

  function* good() {
    for (let i = 0; i < 3; i++) yield* sleep(0);
    return "good";
  }

  function* program() {
    const b = createTask(() => bad());
    const g = createTask(() => good());
    try {
      yield* b;
    } catch (error) {
      if (!(error instanceof ZeroDivisionError)) throw error;
      emit("await:", error, "same:", error === b.exception());
    }
    try {
      b.result();
    } catch (error) {
      if (!(error instanceof ZeroDivisionError)) throw error;
      emit("result:", error);
    }
    emit(yield* g);
  }

  await run(program);
}
