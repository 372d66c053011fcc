// generator only: an async function started eagerly is not done when createTask returns, even if its body has failed
import { allTasks, createTask, currentTask, eagerTaskFactory, getRunningLoop, run, type Task } from "tsyncio";

/** During its eager step a task is the current one, afterwards the creator is again; an error stays in the task. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const seen: (Task<unknown> | null)[] = [];

  function* inner() {
    seen.push(currentTask());
    throw new RangeError("eager failure");
  }

  function* outer() {
    const me = currentTask();
    const task: Task<unknown> = createTask(() => inner());
    emit("current inside was the new task:", seen[0] === task);
    emit("current again is the creator:", currentTask() === me);
    emit("inner done:", task.done(), "still listed:", allTasks().has(task));
    try {
      yield* task;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("raised at the await:", error);
    }
  }

  function* program() {
    getRunningLoop().setTaskFactory(eagerTaskFactory);
    yield* createTask(() => outer());
  }

  await run(program);
}
