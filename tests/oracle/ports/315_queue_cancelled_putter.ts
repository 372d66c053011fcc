import { createTask, Queue, run, sleep, wait } from "tsyncio";

/** A putter cancelled after room was made for it passes the wake-up on to the next putter. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const q = new Queue<string>(1);
    q.putNowait("first");
    const a = createTask(q.put("a"));
    const b = createTask(q.put("b"));
    yield* sleep(0);
    emit("took", q.getNowait());
    a.cancel();
    yield* wait([a, b], { timeout: 1000 });
    emit("a cancelled:", a.cancelled(), "b done:", b.done());
    emit("then", q.getNowait(), "size", q.qsize());
  }

  await run(program);
}
