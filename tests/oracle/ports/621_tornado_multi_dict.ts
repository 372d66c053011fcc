import { run } from "tsyncio";
import { coroutine, multi, sleep } from "tsyncio/gen";

/** Waiting for a record of things gives a record with the same keys in the same order. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* (n: number, delay: number) {
    yield* sleep(delay);
    emit("end", n);
    return n * n;
  });

  function* program() {
    emit(yield* multi({ slow: job(1, 60), fast: job(2, 30) }));
    emit("empty", yield* multi({}));
  }

  await run(program);
}
