import { type EventLoop, getRunningLoop, run, RuntimeError, sleep } from "tsyncio";

/** The running loop is known inside coroutines and callbacks, and nowhere else. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function outside(label: string): void {
    try {
      getRunningLoop();
      emit(`${label}: found`);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit(`${label}: ${error.message}`);
    }
  }

  function* program() {
    const loop = getRunningLoop();
    const seen: EventLoop[] = [];
    loop.callSoon(() => seen.push(getRunningLoop()));
    loop.callLater(20, () => seen.push(getRunningLoop()));
    yield* sleep(60);
    emit("same loop:", seen.map((other) => other === loop));
    emit("running:", loop.isRunning());
  }

  outside("before");
  await run(() => program());
  outside("after");
}
