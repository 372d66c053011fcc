import { asyncgen, run, sleep } from "tsyncio";

class KeyError extends Error {}

/** Values and errors can be sent into an async generator. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const average = asyncgen(async function* (): AsyncGenerator<number | string | null, void, number> {
    let total = 0;
    let count = 0;
    let value: number | string | null = null;
    while (true) {
      try {
        const got = yield value;
        await sleep(0);
        total += got;
        count += 1;
        value = Math.floor(total / count);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        value = `reset by ${error.message}`;
        total = count = 0;
      }
    }
  });

  function* program() {
    const avg = average();
    yield* avg.next();
    emit((yield* avg.next(10)).value, (yield* avg.next(20)).value);
    emit((yield* avg.throw(new RangeError("operator"))).value);
    emit((yield* avg.next(6)).value);
    try {
      yield* avg.throw(new KeyError("fatal"));
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      emit("out comes", error.constructor);
    }
    if ((yield* avg.next(1)).done) emit("finished");
  }

  await run(program);
}
