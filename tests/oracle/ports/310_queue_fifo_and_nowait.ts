import { Queue, QueueEmpty, QueueFull, run } from "tsyncio";

/** Queue basics: order, sizes, and the errors of the nowait calls. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const q = new Queue<string>(2);
    emit("empty", q.empty(), "full", q.full(), "size", q.qsize(), "max", q.maxsize);
    q.putNowait("a");
    yield* q.put("b");
    emit("empty", q.empty(), "full", q.full(), "size", q.qsize());
    try {
      q.putNowait("c");
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      emit(QueueFull);
    }
    emit(yield* q.get(), q.getNowait());
    try {
      q.getNowait();
    } catch (error) {
      if (!(error instanceof QueueEmpty)) throw error;
      emit(QueueEmpty);
    }
    const unbounded = new Queue<number>();
    for (let i = 0; i < 100; i++) unbounded.putNowait(i);
    emit("unbounded full:", unbounded.full(), unbounded.qsize());
  }

  await run(program);
}
