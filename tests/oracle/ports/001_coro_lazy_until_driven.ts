import { coroutine, run, sleep } from "tsyncio";

/** A coroutine that was called has not begun; its body begins where it is awaited. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* (n: number) {
    emit(`body starts with ${n}`);
    return n * 2;
  });

  function* program() {
    const pending = job(21);
    emit("made, not started");
    yield* sleep(0);
    emit("still not started after a loop turn");
    const value = yield* pending;
    emit(`value ${value}`);
  }

  await run(() => program());
}
