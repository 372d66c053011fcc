import { asCompleted, coroutine, run, sleep } from "tsyncio";

/** asCompleted yields awaitables that give results in finishing order. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* (n: string, delay: number) {
    yield* sleep(delay);
    return n;
  });

  function* program() {
    const jobs = [job("c", 90), job("a", 20), job("b", 50)];
    for (const next of asCompleted(jobs)) {
      emit(yield* next);
    }
    emit("end");
  }

  await run(program);
}
