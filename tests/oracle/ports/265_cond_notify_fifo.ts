import { Condition, createTask, run, sleep, wait } from "tsyncio";

/** `notify(n)` wakes the n longest waiting; each holds the lock when it resumes. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* waiter(name: string, cond: Condition) {
    yield* cond.run(function* () {
      emit(name, "waits");
      yield* cond.wait();
      emit(name, "has the lock:", cond.locked());
      yield* sleep(0);
      emit(name, "done");
    });
  }

  function* program() {
    const cond = new Condition();
    const tasks = ["a", "b", "c"].map((name) => createTask(() => waiter(name, cond)));
    yield* sleep(10);
    yield* cond.run(function* () {
      cond.notify(2);
      emit("notified two");
      yield* sleep(0);
      emit("still holding the lock");
    });
    yield* sleep(30);
    yield* cond.run(function* () {
      cond.notifyAll();
      emit("notified all");
    });
    yield* wait(tasks);
  }

  await run(program);
}
