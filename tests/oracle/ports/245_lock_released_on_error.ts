import { createTask, Lock, run, sleep, wait } from "tsyncio";

class KeyError extends Error {}

/** The lock is released when its body fails or is cancelled. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* holder(lock: Lock) {
    yield* lock.run(function* () {
      yield* sleep(30_000);
    });
  }

  function* program() {
    const lock = new Lock();
    try {
      yield* lock.run(function* () {
        throw new KeyError("inside");
      });
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      emit("after error, locked:", lock.locked());
    }
    const task = createTask(() => holder(lock));
    yield* sleep(0);
    emit("held:", lock.locked());
    task.cancel();
    yield* wait([task]);
    emit("after cancel, locked:", lock.locked());
  }

  await run(program);
}
