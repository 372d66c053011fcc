import { getRunningLoop, run, sleep } from "tsyncio";

class LookupError extends Error {}

/** `run` gives main's result or error, each time on a new loop. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* ok(value: string) {
    yield* sleep(0);
    return value;
  }

  function* bad() {
    throw new LookupError("from main");
  }

  function* loopId() {
    return getRunningLoop();
  }

  emit(await run(() => ok("value")));
  try {
    await run(() => bad());
  } catch (error) {
    if (!(error instanceof LookupError)) throw error;
    emit("raised", error);
  }
  try {
    await run("not a coroutine" as never);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    emit("refused");
  }
  const [first, second] = [await run(() => loopId()), await run(() => loopId())];
  emit("fresh loop:", first !== second, "closed:", first.isClosed(), second.isClosed());
}
