import { ContextVar, createTask, eagerTaskFactory, getRunningLoop, isCancelled, run, sleep, wait } from "tsyncio";

/** The eager step runs in the task's own copied context; `cancel()` works once it has suspended, and does nothing to a finished task. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const variable = new ContextVar<string>("var");

  function* job() {
    variable.set("inside");
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("cancelled at the suspension; var:", variable.get());
      throw error;
    }
  }

  function* immediate() {
    return 1;
  }

  function* program() {
    getRunningLoop().setTaskFactory(eagerTaskFactory);
    variable.set("outside");
    const task = createTask(() => job());
    emit("creator's var:", variable.get());
    emit("cancel:", task.cancel());
    yield* wait([task]);
    emit("cancelled:", task.cancelled());
    const finished = createTask(() => immediate());
    // The async form is done only after its body's promise settles; for a generator this is no suspension.
    yield* wait([finished]);
    emit("cancel a finished one:", finished.cancel());
  }

  await run(program);
}
