import { type CoroutineGenerator, createTask, Event, isCancelled, run, sleep, wait } from "tsyncio";

/** Cancelling a task interrupts its innermost wait and unwinds every frame, inner ones first. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* level(n: number): CoroutineGenerator<void> {
    try {
      if (n > 0) {
        yield* level(n - 1);
      } else {
        yield* new Event().wait();
      }
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("level", n, "unwinds");
      throw error;
    }
  }

  function* program() {
    const task = createTask(() => level(3));
    yield* sleep(0);
    task.cancel();
    yield* wait([task]);
    emit("cancelled:", task.cancelled());
  }

  await run(program);
}
