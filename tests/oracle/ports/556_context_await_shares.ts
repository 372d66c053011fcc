import { ContextVar, createTask, gather, run, sleep } from "tsyncio";

const variable = new ContextVar<string>("var");

/** A coroutine that is awaited shares the context; a task has its own. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* change(value: string) {
    yield* sleep(0);
    variable.set(value);
  }

  function* program() {
    variable.set("start");
    yield* change("by await");
    emit(variable.get());
    yield* createTask(() => change("by task"));
    emit(variable.get());
    yield* gather([() => change("by gather")]);
    emit(variable.get());
  }

  await run(() => program());
}
