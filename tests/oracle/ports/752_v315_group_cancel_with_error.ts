import { currentTask, ExceptionGroup, run, sleep, taskGroup } from "tsyncio";

/** Errors are not hidden by cancel(): an error raised while unwinding makes the group raise. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* child() {
    try {
      yield* sleep(30_000);
    } catch {
      throw new RangeError("while unwinding");
    }
  }

  function* program() {
    try {
      yield* taskGroup(function* (group) {
        group.createTask(() => child());
        yield* sleep(10);
        group.cancel();
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
      emit(error.errors, "requests:", currentTask()!.cancelling());
    }
  }

  await run(program);
}
