import { captureCallGraph, createTask, currentTask, type FutureCallGraph, gather, run, sleep, type Task, taskGroup, wait } from "tsyncio";

type Walked = readonly [name: string, awaitedBy: readonly Walked[]];

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* leaf() {
    yield* sleep(50);
  }

  function* byAwait(task: Task<void>) {
    yield* task;
  }

  function* byGather(task: Task<void>) {
    yield* gather([task]);
  }

  function* byWait(task: Task<void>) {
    yield* wait([task]);
  }

  function walk(graph: FutureCallGraph): Walked {
    const name = (graph.future as Task).getName();
    return [name, graph.awaitedBy.map(walk).sort((a, b) => String(a) < String(b) ? -1 : 1)];
  }

  function* program() {
    currentTask()!.setName("main");
    const task = createTask(() => leaf(), { name: "leaf" });
    yield* taskGroup(function* (group) {
      group.createTask(() => byAwait(task), { name: "by_await" });
      group.createTask(() => byGather(task), { name: "by_gather" });
      group.createTask(() => byWait(task), { name: "by_wait" });
      yield* sleep(10);
      emit(walk(captureCallGraph(task)!));
      emit("frames of leaf:", captureCallGraph(task)!.callStack.length);
      emit("limit 0:", captureCallGraph(task, { limit: 0 })!.callStack.length);
    });
    yield* sleep(0);
    emit("after the end:", captureCallGraph(task)!.awaitedBy.length);
  }

  await run(() => program());
}
