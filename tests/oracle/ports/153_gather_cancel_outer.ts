import { gather, isCancelled, run, sleep } from "tsyncio";

/** Cancelling a gather cancels every unfinished child; it throws CancelledError once they have ended. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(name: string, delay: number, log: string[]) {
    try {
      yield* sleep(delay);
      emit(name, "finished");
    } catch (error) {
      if (!isCancelled(error)) throw error;
      log.push(name);
      throw error;
    }
  }

  function* program() {
    const log: string[] = [];
    const g = gather([() => job("a", 10, log), () => job("b", 30_000, log), () => job("c", 30_000, log)]);
    yield* sleep(40);
    emit("cancel:", g.cancel(), "cancelled at once:", g.cancelled(), g.done());
    try {
      yield* g;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("interrupted:", log.sort());
    }
    emit("finally cancelled:", g.cancelled(), "cancel again:", g.cancel());
  }

  await run(program);
}
