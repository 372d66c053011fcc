import { ContextVar, copyContext, currentTask, run, taskGroup } from "tsyncio";

/** createTask of a group takes a name and a context. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const variable = new ContextVar("var", { default: "default" });

  function* child() {
    emit(currentTask()!.getName(), "sees", variable.get());
    variable.set("changed by child");
  }

  function* program() {
    const context = copyContext();
    context.run(() => variable.set("prepared"));
    yield* taskGroup(function* (group) {
      group.createTask(() => child(), { name: "with context", context });
      group.createTask(() => child(), { name: "without" });
    });
    emit("main:", variable.get(), "given context:", context.get(variable));
  }

  await run(program);
}
