import { createTask, currentTask, run, RuntimeError } from "tsyncio";

/** A task that waits for itself gets a RuntimeError there, and can go on after catching it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* narcissus() {
    try {
      yield* currentTask()!;
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("RuntimeError:", error.message.startsWith("Task cannot await on itself"));
    }
    return "recovered";
  }

  function* program() {
    emit(yield* createTask(() => narcissus()));
  }

  await run(program);
}
