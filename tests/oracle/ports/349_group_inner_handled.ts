import { currentTask, ExceptionGroup, run, sleep, taskGroup } from "tsyncio";

/** An inner group's error that is handled between the groups leaves the outer one alone. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* bad() {
    yield* sleep(0);
    throw new RangeError("inner");
  }

  function* sibling() {
    yield* sleep(30);
    emit("outer sibling finished");
  }

  function* program() {
    yield* taskGroup(function* (outer) {
      outer.createTask(() => sibling());
      try {
        yield* taskGroup(function* (inner) {
          inner.createTask(() => bad());
          yield* sleep(30_000);
        });
      } catch (error) {
        if (!(error instanceof ExceptionGroup)) throw error;
        emit("handled", error.errors);
      }
      emit("requests:", currentTask()!.cancelling());
      yield* sleep(0);
      emit("outer body goes on");
    });
    emit("outer ended cleanly");
  }

  await run(program);
}
