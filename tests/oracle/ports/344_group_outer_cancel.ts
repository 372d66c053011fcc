import { createTask, currentTask, isCancelled, run, sleep, taskGroup, wait } from "tsyncio";

/** Cancelling the task that hosts a group cancels the children; CancelledError comes out, no group. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* child(name: string) {
    try {
      yield* sleep(30_000);
    } finally {
      emit(name, "interrupted");
    }
  }

  function* host(waitInBody: boolean) {
    try {
      yield* taskGroup(function* (group) {
        group.createTask(() => child("child"));
        if (waitInBody) yield* sleep(30_000);
      });
    } catch (error) {
      if (isCancelled(error)) emit("CancelledError out of the group; requests:", currentTask()!.cancelling());
      throw error;
    }
  }

  function* program() {
    for (const flag of [true, false]) {
      const task = createTask(() => host(flag));
      yield* sleep(20);
      task.cancel();
      yield* wait([task]);
      emit("host cancelled:", task.cancelled());
    }
  }

  await run(program);
}
