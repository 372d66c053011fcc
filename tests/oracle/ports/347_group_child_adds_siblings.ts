import { run, sleep, type TaskGroup, taskGroup } from "tsyncio";

/** Children may add tasks to their group while it waits at its end. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* node(group: TaskGroup, name: string, depth: number) {
    yield* sleep(0);
    emit(name);
    if (depth > 0) {
      for (const suffix of "lr") group.createTask(() => node(group, name + suffix, depth - 1));
    }
  }

  function* program() {
    yield* taskGroup(function* (group) {
      group.createTask(() => node(group, "t", 2));
      emit("body over");
    });
    emit("group over");
  }

  await run(program);
}
