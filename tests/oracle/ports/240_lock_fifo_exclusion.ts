import { createTask, Lock, run, RuntimeError, sleep, wait } from "tsyncio";

/** A lock admits one task at a time, in the order they asked. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker(name: string, lock: Lock) {
    yield* lock.run(function* () {
      emit(name, "enters");
      yield* sleep(10);
      emit(name, "leaves");
    });
  }

  function* program() {
    const lock = new Lock();
    emit("locked:", lock.locked());
    const tasks = ["a", "b", "c"].map((name) => createTask(() => worker(name, lock)));
    yield* sleep(0);
    emit("locked:", lock.locked());
    yield* wait(tasks);
    emit("locked:", lock.locked());
    try {
      lock.release();
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("releasing an unlocked lock: RuntimeError");
    }
  }

  await run(program);
}
