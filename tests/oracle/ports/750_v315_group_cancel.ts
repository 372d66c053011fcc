import { currentTask, run, sleep, type Task, TaskGroup } from "tsyncio";

/** cancel() ends a group early: children and body are cancelled, nothing is raised. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* child() {
    try {
      yield* sleep(30_000);
    } finally {
      yield* sleep(10);
      emit("child cleaned up");
    }
  }

  function* program() {
    const group = new TaskGroup();
    let task: Task<void> | undefined;
    yield* group.run(function* () {
      task = group.createTask(() => child());
      yield* sleep(10);
      group.cancel();
      emit("cancel returned");
      try {
        yield* sleep(30_000);
      } finally {
        emit("body interrupted");
      }
    });
    emit("after the group; child cancelled:", task!.cancelled(), "requests:", currentTask()!.cancelling());
    yield* sleep(0);
    group.cancel();
    emit("cancelling a finished group is harmless");
  }

  await run(program);
}
