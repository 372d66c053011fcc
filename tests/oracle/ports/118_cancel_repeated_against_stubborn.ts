import { createTask, isCancelled, run, sleep } from "tsyncio";

/** A stubborn task can be cancelled again at every later wait until it gives in. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* stubborn() {
    for (let i = 0; i < 3; i++) {
      try {
        yield* sleep(30_000);
      } catch (error) {
        if (!isCancelled(error)) throw error;
        emit("refusal", i);
      }
    }
    yield* sleep(30_000);
  }

  function* program() {
    const task = createTask(() => stubborn());
    let rounds = 0;
    while (!task.done()) {
      yield* sleep(0);
      yield* sleep(0);
      if (task.done()) break;
      task.cancel();
      rounds += 1;
    }
    emit("rounds", rounds, "cancelled", task.cancelled(), "requests", task.cancelling());
  }

  await run(program);
}
