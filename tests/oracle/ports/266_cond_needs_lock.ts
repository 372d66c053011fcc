import { Condition, run, RuntimeError } from "tsyncio";

/** `wait` and `notify` without holding the lock are RuntimeErrors. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const cond = new Condition();
    try {
      yield* cond.wait();
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("wait:", error);
    }
    for (const call of [() => cond.notify(), () => cond.notifyAll()]) {
      try {
        call();
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        emit("notify:", error);
      }
    }
    emit("locked:", cond.locked());
    yield* cond.run(function* () {
      cond.notify();
      emit("nobody waits: fine");
    });
  }

  await run(program);
}
