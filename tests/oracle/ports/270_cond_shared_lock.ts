import { Condition, createTask, Lock, run, sleep, wait } from "tsyncio";

/** Two conditions over one lock: notifying one does not wake waiters of the other. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* waiter(name: string, cond: Condition) {
    yield* cond.run(function* () {
      yield* cond.wait();
      emit(name, "woke");
    });
  }

  function* program() {
    const lock = new Lock();
    const empty = new Condition(lock);
    const full = new Condition(lock);
    const e = createTask(() => waiter("empty", empty));
    const f = createTask(() => waiter("full", full));
    yield* sleep(10);
    yield* lock.run(function* () {
      full.notifyAll();
      emit("both say locked:", empty.locked(), full.locked());
    });
    yield* wait([e, f], { timeout: 30 });
    emit("empty", e.done(), "full", f.done());
    e.cancel();
  }

  await run(program);
}
