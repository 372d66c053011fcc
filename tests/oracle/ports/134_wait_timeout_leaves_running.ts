import { createTask, isCancelled, run, sleep, wait } from "tsyncio";

/** A timeout of wait() throws nothing and cancels nothing. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(name: string, delay: number) {
    try {
      yield* sleep(delay);
      emit(name, "finished");
    } catch (error) {
      if (isCancelled(error)) emit(name, "cancelled (never)");
      throw error;
    }
  }

  function* program() {
    const a = createTask(() => job("a", 20));
    const b = createTask(() => job("b", 120));
    const [done, pending] = yield* wait([a, b], { timeout: 60 });
    emit("done is a:", done.size === 1 && done.has(a), "pending is b:", pending.size === 1 && pending.has(b), "b done:", b.done());
    yield* b;
  }

  await run(program);
}
