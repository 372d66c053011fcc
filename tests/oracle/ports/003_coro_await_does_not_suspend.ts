import { getRunningLoop, run, sleep } from "tsyncio";

/** To await a coroutine that waits for nothing does not let anybody else run. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* leaf(n: number) {
    emit(`leaf ${n}`);
    return n;
  }

  function* middle(n: number) {
    return (yield* leaf(n)) + (yield* leaf(n + 1));
  }

  function* program() {
    getRunningLoop().callSoon(emit, "callback");
    emit(`sum ${yield* middle(1)}`);
    emit(`sum ${yield* middle(10)}`);
    yield* sleep(0);
    emit("after sleep(0)");
  }

  await run(() => program());
}
