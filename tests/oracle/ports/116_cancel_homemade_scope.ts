import { createTask, currentTask, getRunningLoop, isCancelled, run, sleep, wait } from "tsyncio";

/** A cancel scope written by hand absorbs its own cancellation, and passes one on when another request is open. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* scoped(name: string) {
    const me = currentTask()!;
    const loop = getRunningLoop();
    const handle = loop.callLater(40, () => {
      me.cancel();
    });
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      const left = me.uncancel();
      emit(name, "requests left:", left);
      if (left > 0) throw error;
    } finally {
      handle.cancel();
    }
    yield* sleep(0);
    return "absorbed";
  }

  function* program() {
    emit(yield* createTask(() => scoped("alone")));
    const task = createTask(() => scoped("both"));
    const loop = getRunningLoop();
    yield* sleep(0);
    loop.callLater(20, () => {
      task.cancel();
      task.cancel();
    });
    yield* wait([task]);
    emit("both cancelled:", task.cancelled());
  }

  await run(program);
}
