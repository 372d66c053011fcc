import { createTask, currentTask, ExceptionGroup, isCancelled, run, sleep, taskGroup, wait } from "tsyncio";

/** A child failed and the host was cancelled too: the errors win, the request stays counted and is delivered at the next suspension (3.13). */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* bad() {
    try {
      yield* sleep(30_000);
    } catch {
      throw new RangeError("child");
    }
  }

  function* host() {
    const me = currentTask()!;
    try {
      yield* taskGroup(function* (group) {
        group.createTask(() => bad());
        yield* sleep(30_000);
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
      emit("group:", error.errors, "requests:", me.cancelling());
    }
    try {
      yield* sleep(0);
      emit("next suspension: nothing happens");
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("next suspension: CancelledError");
    }
  }

  function* program() {
    const task = createTask(() => host());
    yield* sleep(10);
    task.cancel();
    yield* wait([task]);
  }

  await run(program);
}
