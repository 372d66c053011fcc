// generator only: an async function started eagerly is not done when createTask returns, even if its body has ended
import { createTask, eagerTaskFactory, getRunningLoop, run, sleep } from "tsyncio";

/** With the eager factory the body runs inside createTask up to its first suspension; one that never suspends is finished by it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* suspends() {
    emit("eager starts");
    yield* sleep(0);
    emit("eager goes on");
    return "later";
  }

  function* immediate() {
    emit("immediate runs");
    return "at once";
  }

  function* program() {
    getRunningLoop().setTaskFactory(eagerTaskFactory);
    const a = createTask(() => suspends());
    emit("created; done:", a.done());
    const b = createTask(() => immediate());
    emit("created; done:", b.done(), b.result());
    getRunningLoop().callSoon(emit, "callback");
    emit(yield* b, "without a turn");
    emit(yield* a);
  }

  await run(program);
}
