import { createTask, isCancelled, run, sleep, type Task, wait } from "tsyncio";

/** Cancelling the task that sits in wait() leaves the waited-for tasks alone. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* child() {
    yield* sleep(40);
    emit("child finished");
  }

  function* waiter(task: Task<void>) {
    try {
      yield* wait([task]);
    } catch (error) {
      if (isCancelled(error)) emit("waiter cancelled; child done:", task.done(), "requests:", task.cancelling());
      throw error;
    }
  }

  function* program() {
    const kid = createTask(() => child());
    const w = createTask(() => waiter(kid));
    yield* sleep(10);
    w.cancel();
    yield* kid;
    emit("waiter cancelled:", w.cancelled());
  }

  await run(program);
}
