import { createTask, getRunningLoop, isCancelled, run, sleep, type Task, wait } from "tsyncio";

/** Cancellation from a plain callback and from another task have the same effect. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* sleeper(name: string) {
    try {
      yield* sleep(30_000);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit(name, "cancelled");
      throw error;
    }
  }

  function* canceller(victim: Task<void>) {
    yield* sleep(60);
    emit("task cancels");
    victim.cancel();
  }

  function* program() {
    const loop = getRunningLoop();
    const a = createTask(() => sleeper("a"));
    const b = createTask(() => sleeper("b"));
    loop.callLater(20, () => {
      emit("callback cancels");
      a.cancel();
    });
    yield* canceller(b);
    const [done] = yield* wait([a, b]);
    emit("both cancelled:", [...done].every((task) => task.cancelled()));
  }

  await run(program);
}
