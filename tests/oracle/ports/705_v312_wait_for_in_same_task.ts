import { allTasks, getRunningLoop, run, sleep, waitFor } from "tsyncio";

/** waitFor runs a coroutine in the calling task: no task of its own, and no turn given up where the coroutine does not suspend. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    return allTasks().size;
  }

  function* program() {
    getRunningLoop().callSoon(emit, "callback");
    emit("tasks while waiting:", yield* waitFor(() => job(), 5000));
    emit("no turn given up");
    yield* sleep(0);
  }

  await run(program);
}
