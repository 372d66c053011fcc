import { run } from "tsyncio";
import { coroutine, Return, sleep, WaitIterator } from "tsyncio/gen";

/** WaitIterator hands out results as they come and says which one it was. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* (n: string, delay: number) {
    yield* sleep(delay);
    throw new Return(n);
  });

  function* program() {
    let waiter = new WaitIterator(job("a", 90), job("b", 30), job("c", 60));
    while (!waiter.done()) {
      const result = yield* waiter.next();
      emit("index", waiter.currentIndex, "result", result);
    }
    emit("done; index", waiter.currentIndex);
    waiter = new WaitIterator({ x: job("X", 60), y: job("Y", 30) });
    while (!waiter.done()) {
      const result = yield* waiter.next();
      emit("key", waiter.currentIndex, "result", result);
    }
  }

  await run(program);
}
