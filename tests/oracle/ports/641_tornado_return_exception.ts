import { coroutine, moment, Return, runSync } from "tsyncio/gen";

/** Return ends a coroutine with a value from any depth of statements, and from a function that the coroutine calls. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const byReturn = coroutine(function* (n: number) {
    try {
      yield* moment;
      if (n) throw new Return(n);
      throw new Return();
    } finally {
      emit("finally", n);
    }
  });

  function helper(): never {
    throw new Return("from a helper");
  }

  const byHelper = coroutine(function* () {
    yield* moment;
    helper();
  });

  const program = coroutine(function* () {
    emit(yield* byReturn(5));
    emit(yield* byReturn(0));
    emit(yield* byHelper());
  });

  await runSync(program);
}
