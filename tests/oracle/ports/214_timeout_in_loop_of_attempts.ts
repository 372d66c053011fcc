import { run, sleep, timeout, TimeoutError } from "tsyncio";

/** A retry loop with a fresh timeout for each attempt; the third one is quick enough. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* attempt(n: number) {
    try {
      yield* sleep(n < 2 ? 30_000 : 10);
    } finally {
      emit("attempt", n, "over");
    }
    return `value of attempt ${n}`;
  }

  function* program() {
    for (let n = 0; n < 5; n++) {
      let value: string;
      try {
        value = yield* timeout(30, function* () {
          return yield* attempt(n);
        });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        emit("timeout", n);
        continue;
      }
      emit(value);
      break;
    }
  }

  await run(program);
}
