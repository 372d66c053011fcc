import { Condition, createTask, isCancelled, run, sleep, wait } from "tsyncio";

/** As since 3.13: the notification of a waiter that is cancelled before it ran is passed on. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* waiter(name: string, cond: Condition) {
    yield* cond.run(function* () {
      try {
        yield* cond.wait();
        emit(name, "woke");
      } catch (error) {
        if (!isCancelled(error)) throw error;
        emit(name, "cancelled");
        throw error;
      }
    });
  }

  function* program() {
    const cond = new Condition();
    const a = createTask(() => waiter("a", cond));
    const b = createTask(() => waiter("b", cond));
    yield* sleep(10);
    yield* cond.run(function* () {
      cond.notify(1);
      a.cancel();
    });
    yield* wait([a, b], { timeout: 50 });
    emit("a", a.done(), "b", b.done());
    b.cancel();
    yield* wait([b]);
  }

  await run(program);
}
