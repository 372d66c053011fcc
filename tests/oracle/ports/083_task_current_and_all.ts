import { allTasks, createTask, currentTask, Event, getRunningLoop, run, sleep, wait } from "tsyncio";

/** currentTask names the running task, null inside a callback; allTasks lists the unfinished ones. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const names = () => [...allTasks()].map((task) => task.getName()).sort();

  function* job(gate: Event) {
    emit("inside", currentTask()!.getName());
    yield* gate.wait();
  }

  function* program() {
    currentTask()!.setName("main");
    const gate = new Event();
    emit("all", names());
    const a = createTask(() => job(gate), { name: "a" });
    const b = createTask(() => job(gate), { name: "b" });
    emit("all", names());
    getRunningLoop().callSoon(() => emit("in a callback:", currentTask() === null));
    yield* sleep(0);
    gate.set();
    yield* wait([a, b]);
    emit("all", names());
  }

  await run(program);
}
