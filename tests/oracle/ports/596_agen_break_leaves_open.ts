import { asyncgen, run, sleep } from "tsyncio";

/** Leaving the iteration by next() does not run the generator's cleanup; return() does, and may wait. (`for await` calls return() itself.) */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const source = asyncgen(async function* () {
    try {
      for (let n = 0; n < 10; n++) yield n;
    } finally {
      await sleep(10);
      emit("cleanup");
    }
  });

  function* program() {
    const gen = source();
    for (let step = yield* gen.next(); !step.done; step = yield* gen.next()) {
      emit("got", step.value);
      if (step.value === 1) break;
    }
    yield* sleep(20);
    emit("after the break");
    yield* gen.return();
    yield* gen.return();
    emit("closed");
    const left: number[] = [];
    for (let step = yield* gen.next(); !step.done; step = yield* gen.next()) left.push(step.value);
    emit("left:", left);
    const unstarted = source();
    yield* unstarted.return();
    emit("closing an unstarted one runs nothing");
  }

  await run(program);
}
