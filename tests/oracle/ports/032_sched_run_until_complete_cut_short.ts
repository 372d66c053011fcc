import { newEventLoop, RuntimeError, sleep } from "tsyncio";

/** `runUntilComplete` fails when the loop is stopped before its future is done; the loop can be run again. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const loop = newEventLoop();
  const future = loop.createFuture<string>();
  loop.callSoon(() => loop.stop());
  try {
    await loop.runUntilComplete(future);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    emit(`error: ${error.message}`);
  }
  emit("future done:", future.done());
  loop.callSoon(() => future.setResult("second try"));
  emit(await loop.runUntilComplete(future));
  emit(await loop.runUntilComplete(sleep(0, "a coroutine is wrapped")));
  loop.close();
}
