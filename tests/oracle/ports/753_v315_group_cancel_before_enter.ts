import { coroutine, currentTask, run, RuntimeError, sleep, TaskGroup } from "tsyncio";

/** cancel() before entering takes effect on entry: the body is cancelled at its first suspension and no child can be created. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* () {
    emit("job (never)");
  });

  function* program() {
    const group = new TaskGroup();
    group.cancel();
    yield* group.run(function* () {
      emit("body starts");
      try {
        group.createTask(job());
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        emit("create_task refused");
      }
      yield* sleep(0);
      emit("not reached");
    });
    emit("after; requests:", currentTask()!.cancelling());
  }

  await run(program);
}
