import { createTask, isCancelled, run, sleep, type Task, wait } from "tsyncio";

/** Cancelling a task that waits for another cancels that one first, and waits for its cleanup. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* inner() {
    try {
      yield* sleep(30_000);
    } finally {
      yield* sleep(20);
      emit("inner cleaned up");
    }
  }

  function* outer(task: Task<void>) {
    try {
      yield* task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("outer sees it; inner cancelled:", task.cancelled());
      throw error;
    }
  }

  function* program() {
    const i = createTask(() => inner());
    const o = createTask(() => outer(i));
    yield* sleep(0);
    yield* sleep(0);
    o.cancel();
    emit("right after: inner requests", i.cancelling(), "outer requests", o.cancelling());
    yield* wait([o]);
    emit("outer cancelled:", o.cancelled());
  }

  await run(program);
}
