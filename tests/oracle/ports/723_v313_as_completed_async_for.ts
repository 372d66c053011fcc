import { asCompleted, coroutine, createTask, type Future, run, sleep } from "tsyncio";

/** Async iteration over asCompleted gives the finished tasks themselves, in finishing order. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* (n: string, delay: number) {
    yield* sleep(delay);
    if (n === "bad") throw new RangeError(n);
    return n;
  });

  function* program() {
    const mine = new Map(([["slow", 90], ["bad", 30]] as const).map(([n, delay]) => [createTask(job(n, delay)) as Future<string>, n]));
    const tasks = asCompleted([...mine.keys(), job("coroutine", 60)]);
    for (let step = yield* tasks.next(); !step.done; step = yield* tasks.next()) {
      const task = step.value as Future<string>;
      emit("mine:", mine.get(task), "done:", task.done(), "error:", task.exception());
    }
    const nothing: unknown[] = [];
    const iterator = asCompleted([]);
    for (let step = yield* iterator.next(); !step.done; step = yield* iterator.next()) nothing.push(step.value);
    emit("nothing:", nothing);
  }

  await run(program);
}
