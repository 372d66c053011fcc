import { createTask, type Future, getRunningLoop, run, sleep, wait } from "tsyncio";

/** All who wait for one future go on in one turn, in the order in which they began to wait. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* waiter(i: number, future: Future<string>) {
    const value = yield* future;
    emit("w", i, value);
    if (i === 0) getRunningLoop().callSoon(emit, "queued by w0");
  }

  function* program() {
    const future = getRunningLoop().createFuture<string>();
    const tasks = [0, 1, 2].map((i) => createTask(() => waiter(i, future)));
    yield* sleep(0);
    future.setResult("go");
    emit("result set");
    yield* sleep(0);
    yield* wait(tasks);
  }

  await run(() => program());
}
