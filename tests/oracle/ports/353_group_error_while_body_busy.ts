import { currentTask, ExceptionGroup, run, sleep, taskGroup } from "tsyncio";

/** A child fails while the body never suspends again: the body completes, then the group raises. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* bad() {
    throw new RangeError("quick");
  }

  function* program() {
    try {
      yield* taskGroup(function* (group) {
        const task = group.createTask(() => bad());
        yield* sleep(0);
        emit("child failed already:", task.done());
        emit("body's last line");
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
      emit("group", error.errors);
      emit("requests:", currentTask()!.cancelling());
    }
    yield* sleep(0);
    emit("goes on");
  }

  await run(program);
}
