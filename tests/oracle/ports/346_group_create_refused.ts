import { coroutine, ExceptionGroup, run, RuntimeError, sleep, TaskGroup } from "tsyncio";

/** No children before entering, after the end, or while the group is shutting down. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* () {});

  function attempt(label: string, group: TaskGroup) {
    const co = job();
    try {
      group.createTask(co);
      emit(label, "accepted");
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit(label, "RuntimeError");
      co.close();
    }
  }

  function* bad() {
    throw new RangeError("bad");
  }

  function* program() {
    const group = new TaskGroup();
    attempt("before", group);
    try {
      yield* group.run(function* () {
        attempt("inside", group);
        group.createTask(() => bad());
        try {
          yield* sleep(30_000);
        } finally {
          attempt("shutting down", group);
        }
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
    }
    attempt("after", group);
    try {
      yield* group.run(function* () {
        emit("entered twice (never)");
      });
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("again: RuntimeError");
    }
  }

  await run(program);
}
