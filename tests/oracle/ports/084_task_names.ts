import { createTask, currentTask, run } from "tsyncio";

/** Default names are unique; `setName` and the `name` option decide otherwise. A number as a name is for untyped callers. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    return currentTask()!.getName();
  }

  function* program() {
    const a = createTask(() => job());
    const b = createTask(() => job());
    emit("defaults differ:", a.getName() !== b.getName());
    const c = createTask(() => job(), { name: "chosen" });
    const d = createTask(() => job(), { name: "before" });
    d.setName("after");
    const e = createTask(() => job(), { name: 123 as unknown as string });
    emit(yield* c, yield* d, yield* e);
    emit("default is a Task-number:", (yield* a).startsWith("Task-"));
    yield* b;
  }

  await run(program);
}
