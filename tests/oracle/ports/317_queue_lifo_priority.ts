import { LifoQueue, PriorityQueue, run } from "tsyncio";

/** LifoQueue gives the newest first, PriorityQueue the smallest. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const lifo = new LifoQueue<string>();
    for (const item of "abc") yield* lifo.put(item);
    emit([0, 1, 2].map(() => lifo.getNowait()));
    const prio = new PriorityQueue<number | [number, string]>(3);
    for (const item of [3, 1, 2]) yield* prio.put(item);
    emit("full:", prio.full());
    emit(yield* prio.get());
    yield* prio.put(0);
    emit(yield* prio.get(), yield* prio.get(), yield* prio.get());
    yield* prio.put([2, "later"]);
    yield* prio.put([1, "sooner"]);
    emit(yield* prio.get());
  }

  await run(program);
}
