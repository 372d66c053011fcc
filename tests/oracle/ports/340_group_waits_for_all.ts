import { run, sleep, TaskGroup } from "tsyncio";

/** A task group ends when its body and every child have ended; results are read from the tasks. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(n: number, delay: number) {
    yield* sleep(delay);
    emit("child", n, "ends");
    return n * 10;
  }

  function* program() {
    const tasks = yield* new TaskGroup().run(function* (group) {
      const made = ([[1, 50], [2, 20]] as const).map(([n, delay]) => group.createTask(() => job(n, delay)));
      emit("body ends");
      return made;
    });
    emit(tasks.map((task) => task.result()));
    yield* new TaskGroup().run(function* () {
      emit("an empty group is fine");
    });
    emit("end");
  }

  await run(program);
}
