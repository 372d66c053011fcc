import { createTask, ensureFuture, getRunningLoop, isFuture, run } from "tsyncio";

class Thing {
  *[Symbol.iterator](): Generator<undefined, string> {
    yield;
    return "thing";
  }
}

/** `ensureFuture` gives futures and tasks back, makes tasks of what can be driven, and refuses the rest. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    return "job";
  }

  function* program() {
    const future = getRunningLoop().createFuture();
    emit("future:", ensureFuture(future) === future);
    const task = createTask(() => job());
    emit("task:", ensureFuture(task) === task);
    const wrapped = ensureFuture(() => job());
    emit("coroutine:", wrapped !== task, yield* wrapped);
    emit("awaitable:", yield* ensureFuture(new Thing()));
    try {
      ensureFuture(3 as never);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      emit("number:", error.constructor);
    }
    emit("isfuture:", isFuture(future), isFuture(task), isFuture(3));
    emit(yield* task);
  }

  await run(() => program());
}
