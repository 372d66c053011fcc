import { run, sleep } from "tsyncio";

/** `finally` runs, and waits, on each way out of a loop's body. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* search(limit: number) {
    for (let i = 0; i < limit; i++) {
      try {
        yield* sleep(0);
        if (i === 1) continue;
        if (i === 3) return `found at ${i}`;
      } finally {
        yield* sleep(0);
        emit(`cleanup ${i}`);
      }
    }
    return "exhausted";
  }

  function* program() {
    emit(yield* search(3));
    emit(yield* search(10));
  }

  await run(() => program());
}
