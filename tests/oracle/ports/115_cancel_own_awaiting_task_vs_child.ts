import { createTask, currentTask, isCancelled, run, sleep, type Task, wait } from "tsyncio";

/** The count of requests tells "my child was cancelled" from "I am being cancelled". */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* child() {
    yield* sleep(30_000);
  }

  function* supervisor(kids: Task<void>[]) {
    const me = currentTask()!;
    while (true) {
      const kid = createTask(() => child());
      kids.push(kid);
      try {
        yield* kid;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        if (me.cancelling() > 0) {
          emit("asked to stop");
          throw error;
        }
        emit("a child was cancelled; start another");
      }
    }
  }

  function* program() {
    const kids: Task<void>[] = [];
    const sup = createTask(() => supervisor(kids));
    yield* sleep(20);
    kids[0]!.cancel();
    yield* sleep(20);
    emit("children so far:", kids.length);
    sup.cancel();
    yield* wait([sup]);
    emit("supervisor cancelled:", sup.cancelled(), "last child:", kids[1]!.cancelled());
  }

  await run(program);
}
