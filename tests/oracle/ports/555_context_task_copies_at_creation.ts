import { ContextVar, createTask, run, sleep } from "tsyncio";

const variable = new ContextVar("var", { default: "unset" });

/** A task gets a copy of the context in which it was created. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* child() {
    emit("child starts with", variable.get());
    variable.set("child's");
    yield* sleep(0);
    emit("child keeps", variable.get());
  }

  function* program() {
    variable.set("at creation");
    const task = createTask(() => child());
    variable.set("after creation");
    yield* task;
    emit("main has", variable.get());
  }

  await run(() => program());
}
