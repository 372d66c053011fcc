import { gather, isCancelled, run, sleep } from "tsyncio";

/** Gathers nest; cancelling the outermost reaches the leaves of the inner ones. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* leaf(n: number, delay: number, log: number[]) {
    try {
      yield* sleep(delay);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      log.push(n);
      throw error;
    }
    return n;
  }

  function* program() {
    const log: number[] = [];
    const first = gather([
      gather([() => leaf(1, 0, log), () => leaf(2, 0, log)]),
      gather([() => leaf(3, 0, log)]),
      () => leaf(4, 0, log),
    ]);
    emit(yield* first);
    const second = gather([gather([() => leaf(5, 9000, log), () => leaf(6, 9000, log)]), () => leaf(7, 0, log)]);
    yield* sleep(20);
    second.cancel();
    try {
      yield* second;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("interrupted", log.sort());
    }
  }

  await run(program);
}
