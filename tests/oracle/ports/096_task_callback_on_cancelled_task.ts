import { CancelledError, createTask, OSError, run, sleep, type Task, wait } from "tsyncio";

/** Done callbacks run for every ending: value, error and cancellation. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(kind: string) {
    yield* sleep(0);
    if (kind === "error") throw new OSError("e");
    if (kind === "cancel") throw new CancelledError();
    return "v";
  }

  function report(task: Task<string>): void {
    if (task.cancelled()) {
      emit("ended: cancelled");
    } else if (task.exception() !== null) {
      emit("ended:", task.exception());
    } else {
      emit("ended:", task.result());
    }
  }

  function* program() {
    for (const kind of ["value", "error", "cancel"]) {
      const task = createTask(() => job(kind));
      task.addDoneCallback(report);
      yield* wait([task]);
      emit("requests:", task.cancelling());
    }
  }

  await run(program);
}
