import { createTask, run, sleep, wait } from "tsyncio";

/** Cleanup in `finally` may wait, and a second cancel interrupts that cleanup. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(name: string) {
    try {
      yield* sleep(30_000);
    } finally {
      emit(name, "cleanup begins");
      yield* sleep(40);
      emit(name, "cleanup complete");
    }
  }

  function* program() {
    const one = createTask(() => job("one"));
    const two = createTask(() => job("two"));
    yield* sleep(0);
    one.cancel();
    two.cancel();
    yield* sleep(0);
    two.cancel();
    yield* wait([one, two]);
    emit("one", one.cancelled(), "two", two.cancelled());
  }

  await run(program);
}
