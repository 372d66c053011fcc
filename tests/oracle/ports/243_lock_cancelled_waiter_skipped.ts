import { createTask, Event, Lock, run, sleep, type Task, wait } from "tsyncio";

/** A cancelled waiter loses its place; the lock goes to the next in line. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker(name: string, lock: Lock, gate: Event) {
    yield* lock.run(function* () {
      emit(name, "has it");
      yield* gate.wait();
    });
  }

  function* program() {
    const lock = new Lock();
    const gate = new Event();
    const tasks = ["a", "b", "c"].map((name) => createTask(() => worker(name, lock, gate)));
    const b = tasks[1] as Task<void>;
    yield* sleep(0);
    b.cancel();
    yield* sleep(0);
    gate.set();
    yield* wait(tasks);
    emit("b cancelled:", b.cancelled(), "locked:", lock.locked());
  }

  await run(program);
}
