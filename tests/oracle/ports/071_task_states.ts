import { createTask, type Future, getRunningLoop, InvalidStateError, OSError, run, RuntimeError, sleep } from "tsyncio";

/** A task's states from creation to result: read early it throws InvalidStateError, and nobody can complete it by hand. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(gate: Future<void>) {
    yield* gate;
    return 5;
  }

  function* program() {
    const gate = getRunningLoop().createFuture<void>();
    const task = createTask(() => job(gate));
    yield* sleep(0);
    for (const [label, read] of [["result", () => task.result()], ["exception", () => task.exception()]] as const) {
      try {
        read();
      } catch (error) {
        if (!(error instanceof InvalidStateError)) throw error;
        emit(label, "too early");
      }
    }
    const completions = [["set_result", () => task.setResult(1)], ["set_exception", () => task.setException(new OSError())]] as const;
    for (const [label, complete] of completions) {
      try {
        complete();
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        emit(label, "refused on a task");
      }
    }
    gate.setResult(undefined);
    emit("gate open, done:", task.done());
    yield* task;
    emit("result", task.result(), "exception", task.exception(), "cancelled", task.cancelled());
  }

  await run(program);
}
