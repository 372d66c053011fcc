import { ContextVar, currentTask, run, type Task, waitFor } from "tsyncio";

/** As since 3.12: the coroutine runs in the calling task, so what it sets in the context stays visible. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const variable = new ContextVar<string>("var");

  function* inner(caller: Task<unknown> | null) {
    variable.set("inner");
    emit("same task:", currentTask() === caller);
  }

  function* program() {
    variable.set("outer");
    const caller = currentTask();
    yield* waitFor(() => inner(caller), 5000);
    emit("after:", variable.get());
  }

  await run(program);
}
