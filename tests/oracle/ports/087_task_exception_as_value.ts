import { createTask, gather, run } from "tsyncio";

/** Returning an error object is not throwing it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    return new RangeError("just a value");
  }

  function* program() {
    const task = createTask(() => job());
    const value = yield* task;
    emit("value:", value);
    emit("exception():", task.exception());
    const results = yield* gather([() => job()], { returnExceptions: true });
    emit("gathered:", results);
  }

  await run(program);
}
