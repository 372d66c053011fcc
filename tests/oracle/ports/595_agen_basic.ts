import { asyncgen, run, sleep } from "tsyncio";

/** Async generators: items with waits between, early return, and the loop's end. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const numbers = asyncgen(async function* (limit: number) {
    for (let n = 0; n < limit; n++) {
      emit("producing", n);
      await sleep(0);
      yield n;
    }
    emit("exhausted");
  });

  function* program() {
    const three = numbers(3);
    for (let step = yield* three.next(); !step.done; step = yield* three.next()) {
      emit("got", step.value);
    }
    const two = numbers(2);
    const all: number[] = [];
    for (let step = yield* two.next(); !step.done; step = yield* two.next()) all.push(step.value);
    emit(all);
    const empty = numbers(0);
    const first = yield* empty.next();
    emit("default:", first.done ? "nothing" : first.value);
    if ((yield* empty.next()).done) emit("ended");
  }

  await run(program);
}
