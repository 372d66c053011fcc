// own process: it listens to console.warn, where asyncio's log goes here
import { getRunningLoop, run, sleep } from "tsyncio";

/** Blocks the thread; times of the library are milliseconds. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    emit("threshold", loop.slowCallbackDuration / 1000);
    loop.slowCallbackDuration = 30;
    for (const debug of [true, false]) {
      loop.setDebug(debug);
      yield* sleep(0);
      loop.callSoon(block, 60);
      yield* sleep(0);
      loop.callSoon(block, 0);
      yield* sleep(0);
      emit("debug", debug, "done");
      yield* sleep(0);
    }
  }

  const { warn } = console;
  console.warn = (text: unknown) => {
    if (String(text).includes("took")) emit("WARNING", "a step took too long");
  };
  try {
    await run(() => program());
  } finally {
    console.warn = warn;
  }
}
