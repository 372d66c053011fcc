import { run } from "tsyncio";
import { coroutine, multi, Return, sleep } from "tsyncio/gen";

/** Waiting for an array of things gives an array of results in the same order. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* (n: number, delay: number) {
    yield* sleep(delay);
    emit("end", n);
    throw new Return(n * n);
  });

  function* program() {
    emit(yield* multi([job(1, 60), job(2, 30)]));
    const same = job(3, 10);
    emit(yield* multi([same, same]));
    emit("empty", yield* multi([]));
  }

  await run(program);
}
