import { asyncgen, createTask, run, sleep } from "tsyncio";

/** At the end of a run tasks are cancelled first, then async generators are closed. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const keep: unknown[] = [];

  const numbers = asyncgen(async function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      await sleep(0);
      emit("generator closed");
    }
  });

  function* leftover() {
    try {
      yield* sleep(30_000);
    } finally {
      emit("task cancelled");
    }
  }

  function* program() {
    const items = numbers();
    keep.push(items);
    emit("first item", (yield* items.next()).value);
    createTask(() => leftover());
    yield* sleep(0);
    emit("main ends");
  }

  await run(() => program());
  emit("after run");
}
