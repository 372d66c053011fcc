import { createTask, Event, isCancelled, run, sleep, wait } from "tsyncio";

/** A cancelled waiter leaves the event and the other waiters as they were. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* waiter(name: string, event: Event) {
    try {
      yield* event.wait();
      emit(name, "woke");
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit(name, "cancelled");
      throw error;
    }
  }

  function* program() {
    const event = new Event();
    const a = createTask(() => waiter("a", event));
    const b = createTask(() => waiter("b", event));
    yield* sleep(0);
    a.cancel();
    yield* sleep(0);
    event.set();
    event.set();
    yield* wait([a, b]);
    emit("cancelled:", a.cancelled(), b.cancelled());
  }

  await run(program);
}
