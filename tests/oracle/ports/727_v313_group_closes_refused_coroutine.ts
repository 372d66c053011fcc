import { coroutine, run, RuntimeError, TaskGroup } from "tsyncio";

/** A task group that refuses a coroutine also closes it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* () {});

  function* program() {
    const group = new TaskGroup();
    const co = job();
    try {
      group.createTask(co);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("refused");
    }
    try {
      co.send(undefined);
      emit("was still open");
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("closed:", new RuntimeError(error.message.split(":")[0]));
    }
  }

  await run(program);
}
