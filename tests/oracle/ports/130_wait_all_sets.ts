import { createTask, run, sleep, wait } from "tsyncio";

class IndexError extends Error {}

/** wait() returns the done and the pending set and never throws what the tasks threw. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* ok() {
    return "ok";
  }

  function* bad() {
    throw new IndexError("bad");
  }

  function* program() {
    const tasks = [
      createTask<unknown>(() => ok(), { name: "ok" }),
      createTask<unknown>(() => bad(), { name: "bad" }),
      createTask<unknown>(sleep(30_000), { name: "dropped" }),
    ];
    tasks[2]!.cancel();
    const [done, pending] = yield* wait(tasks);
    emit("done", new Set([...done].map((task) => task.getName())), "pending", pending.size);
    emit(tasks[0]!.result(), tasks[1]!.exception(), tasks[2]!.cancelled());
  }

  await run(program);
}
