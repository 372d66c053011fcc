import { LookupError, TimeoutError } from "tsyncio";
import { BadYieldError, coroutine, moment, runSync, sleep } from "tsyncio/gen";

/** runSync runs a coroutine function to its end: value, error, or timeout. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const ok = coroutine(function* () {
    yield* moment;
    return "value";
  });

  const bad = coroutine(function* () {
    yield* moment;
    throw new LookupError("error");
  });

  const slow = coroutine(function* () {
    yield* sleep(5000);
  });

  emit(await runSync(ok));
  emit("function without a value:", await runSync(() => undefined as never));
  try {
    await runSync(() => "a plain value" as never);
  } catch (error) {
    if (!(error instanceof BadYieldError)) throw error;
    emit("function with a plain value: refused");
  }
  try {
    await runSync(bad);
  } catch (error) {
    if (!(error instanceof LookupError)) throw error;
    emit("raised", error);
  }
  try {
    await runSync(slow, 30);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    emit(error.constructor);
  }
  emit(await runSync(ok));
}
