import { Barrier, createTask, run, sleep, type Task, wait } from "tsyncio";

/** A barrier releases all parties when the last arrives and tells each its arrival number. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* party(name: string, barrier: Barrier) {
    emit(name, "arrives, waiting so far", barrier.nWaiting);
    const number = yield* barrier.wait();
    emit(name, "passes with number", number);
  }

  function* program() {
    const barrier = new Barrier(3);
    emit("parties", barrier.parties, "broken", barrier.broken);
    const tasks: Task<void>[] = [];
    for (const name of ["a", "b", "c"]) {
      yield* sleep(20);
      tasks.push(createTask(() => party(name, barrier)));
    }
    yield* wait(tasks);
    emit("waiting", barrier.nWaiting);
  }

  await run(program);
}
