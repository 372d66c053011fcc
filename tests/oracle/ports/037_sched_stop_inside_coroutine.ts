import { newEventLoop, sleep } from "tsyncio";

/** Tasks live on between two runs of one loop. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const loop = newEventLoop();

  function* worker() {
    for (let i = 0; i < 4; i++) {
      emit(`work ${i}`);
      if (i === 1) loop.stop();
      yield* sleep(0);
    }
    loop.stop();
    return "finished";
  }

  const task = loop.createTask(() => worker());
  await loop.runForever();
  emit("between runs, done:", task.done());
  await loop.runForever();
  emit("after, done:", task.done());
  await loop.runUntilComplete(task);
  emit(task.result());
  loop.close();
}
