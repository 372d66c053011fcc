import { createTask, currentTask, getRunningLoop, isCancelled, run, sleep } from "tsyncio";

/** Waiting for a cancelled task throws CancelledError although the waiting task was not cancelled; the counts tell the cases apart. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* child() {
    yield* sleep(30_000);
  }

  function* program() {
    const me = currentTask()!;
    const task = createTask(() => child());
    getRunningLoop().callSoon(() => {
      task.cancel();
    });
    try {
      yield* task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("caught; my requests:", me.cancelling(), "child's:", task.cancelling());
    }
    yield* sleep(0);
    emit("main carries on");
  }

  await run(program);
}
