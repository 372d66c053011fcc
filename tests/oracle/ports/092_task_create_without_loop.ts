import { coroutine, createTask, getRunningLoop, run, RuntimeError } from "tsyncio";

/**
 * Outside any loop there is no running loop to create a task on, and what is no coroutine is refused.
 *
 * asyncio refuses `create_task` itself there; here it uses the thread's default loop, so the port asks for the running one.
 */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    return "ran";
  }

  const lazy = coroutine(job)();
  try {
    getRunningLoop().createTask(lazy);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    emit("no loop:", error);
  }
  lazy.close();

  function* program() {
    for (const thing of [5, getRunningLoop().createFuture()]) {
      try {
        createTask(thing as never);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        emit("not a coroutine:", error.constructor);
      }
    }
    emit(yield* createTask(() => job()));
  }

  await run(program);
}
