import { currentTask, ExceptionGroup, isCancelled, run, sleep, type Task, taskGroup } from "tsyncio";

/** A failing child cancels its siblings and the body; the errors come out in an ExceptionGroup. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* sibling() {
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (isCancelled(error)) emit("sibling interrupted");
      throw error;
    }
  }

  function* bad() {
    yield* sleep(20);
    throw new RangeError("bad");
  }

  function* program() {
    let s: Task<void> | undefined;
    try {
      yield* taskGroup(function* (group) {
        s = group.createTask(() => sibling());
        group.createTask(() => bad());
        try {
          yield* sleep(30_000);
        } catch (error) {
          if (isCancelled(error)) emit("body interrupted, sibling done:", s.done());
          throw error;
        }
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
      emit("group:", error.message, "errors:", error.errors);
    }
    emit("sibling cancelled:", s!.cancelled(), "requests on main:", currentTask()!.cancelling());
  }

  await run(program);
}
