import { run, sleep, taskGroup } from "tsyncio";

/** A child cancelled on its own is not a failure: siblings and body go on. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* sibling() {
    yield* sleep(40);
    emit("sibling finished");
  }

  function* program() {
    yield* taskGroup(function* (group) {
      const victim = group.createTask(sleep(30_000));
      group.createTask(() => sibling());
      yield* sleep(0);
      victim.cancel();
      yield* sleep(10);
      emit("body goes on; victim cancelled:", victim.cancelled());
    });
    emit("no exception");
  }

  await run(program);
}
