import { Barrier, BrokenBarrierError, createTask, run, sleep } from "tsyncio";

/** `reset` throws out those waiting with BrokenBarrierError but leaves the barrier usable. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* party(name: string, barrier: Barrier) {
    try {
      emit(name, "number", yield* barrier.wait());
    } catch (error) {
      if (!(error instanceof BrokenBarrierError)) throw error;
      emit(name, "thrown out; broken:", barrier.broken);
    }
  }

  function* program() {
    const barrier = new Barrier(2);
    const a = createTask(() => party("a", barrier));
    yield* sleep(10);
    emit("waiting:", barrier.nWaiting);
    yield* barrier.reset();
    yield* a;
    emit("waiting:", barrier.nWaiting, "broken:", barrier.broken);
    const b = createTask(() => party("b", barrier));
    yield* sleep(10);
    yield* party("c", barrier);
    yield* b;
  }

  await run(program);
}
