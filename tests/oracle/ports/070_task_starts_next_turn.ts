import { createTask, getRunningLoop, run, sleep } from "tsyncio";

/** createTask only schedules: the bodies start in creation order once the creator gives way, ahead of a callback queued after them. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(name: string) {
    emit("start", name);
    return name;
  }

  function* program() {
    const loop = getRunningLoop();
    const a = createTask(() => job("a"));
    const b = createTask(() => job("b"));
    loop.callSoon(emit, "callback");
    emit("created; a done:", a.done());
    yield* sleep(0);
    emit("after one turn; done:", a.done(), b.done());
    emit(a.result(), b.result());
  }

  await run(program);
}
