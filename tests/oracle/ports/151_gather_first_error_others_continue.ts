import { createTask, gather, run, sleep } from "tsyncio";

/** The first failure comes out of gather at once; the other children keep running. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* bad() {
    yield* sleep(20);
    throw new RangeError("bad child");
  }

  function* slow() {
    yield* sleep(80);
    emit("slow finished anyway");
    return "slow value";
  }

  function* program() {
    const s = createTask(() => slow());
    try {
      yield* gather([() => bad(), s]);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("raised", error, "slow done:", s.done());
    }
    emit(yield* s);
  }

  await run(program);
}
