import { ConnectionError, createTask, isCancelled, run, sleep, wait } from "tsyncio";

/** A supervisor restarts a failing worker until it succeeds or fails too often. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* flaky(attempt: number) {
    yield* sleep(0);
    if (attempt < 2) throw new ConnectionError(`run ${attempt}`);
    return "flaky succeeded";
  }

  function* hopeless(attempt: number): Generator<never, string> {
    throw new RangeError(`run ${attempt}`);
  }

  function* endless(_attempt: number) {
    yield* sleep(30_000);
    return "endless ended";
  }

  function* supervise(worker: typeof flaky | typeof hopeless | typeof endless, limit = 3) {
    for (let attempt = 0; attempt < limit; attempt++) {
      const task = createTask<string>(() => worker(attempt));
      try {
        return yield* task;
      } catch (error) {
        if (isCancelled(error)) throw error;
        emit(worker.name, "failed:", error);
        yield* sleep(2 ** attempt);
      }
    }
    return `${worker.name} given up`;
  }

  function* program() {
    emit(yield* supervise(flaky));
    emit(yield* supervise(hopeless));
    const task = createTask(() => supervise(endless));
    yield* sleep(20);
    task.cancel();
    yield* wait([task]);
    emit("endless cancelled:", task.cancelled());
  }

  await run(program);
}
