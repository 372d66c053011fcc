// own process: the console is replaced while the port runs
import { getRunningLoop, OSError, run, sleep } from "tsyncio";

/**
 * The default handler writes one report: the message, then the error.
 *
 * asyncio's sink is a logger, this library's is `console.error`.
 */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    loop.callExceptionHandler({ message: "something odd", exception: new OSError("why") });
    loop.defaultExceptionHandler({ message: "directly" });
    yield* sleep(0);
  }

  const original = console.error;
  console.error = (text: unknown, error?: unknown) => emit("ERROR", String(text).split("\n")[0], error);
  try {
    await run(() => program());
  } finally {
    console.error = original;
  }
}
