import { Barrier, BrokenBarrierError, createTask, gather, run, sleep } from "tsyncio";

/** `abort` breaks the barrier: those waiting and those coming later get BrokenBarrierError. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* party(name: string, barrier: Barrier) {
    try {
      yield* barrier.wait();
      emit(name, "passes");
    } catch (error) {
      if (!(error instanceof BrokenBarrierError)) throw error;
      emit(name, "BrokenBarrierError");
    }
  }

  function* program() {
    const barrier = new Barrier(2);
    const a = createTask(() => party("a", barrier));
    yield* sleep(10);
    yield* barrier.abort();
    yield* a;
    emit("broken:", barrier.broken);
    yield* party("b", barrier);
    yield* barrier.reset();
    emit("broken after reset:", barrier.broken);
    yield* gather([() => party("c", barrier), () => party("d", barrier)]);
  }

  await run(program);
}
