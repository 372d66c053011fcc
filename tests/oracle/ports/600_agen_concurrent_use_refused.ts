import { asyncgen, createTask, run, RuntimeError, sleep } from "tsyncio";

/** Two tasks must not advance one async generator at the same time. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const slow = asyncgen(async function* () {
    await sleep(20);
    yield "item";
  });

  function* program() {
    const gen = slow();
    const first = createTask(() => gen.next());
    yield* sleep(0);
    try {
      yield* gen.next();
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("second:", error.constructor);
    }
    emit("first:", (yield* first).value);
    yield* gen.return();
  }

  await run(program);
}
