import { getRunningLoop, run, sleep } from "tsyncio";

/** Callbacks run in the order of the calls, with their arguments. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  // Python's keyword arguments are a last options object here.
  function show(args: unknown[], options: Record<string, unknown> = {}): void {
    emit("shown", args, options);
  }

  function* program() {
    const loop = getRunningLoop();
    const handle = loop.callSoon((...args: number[]) => show(args), 1);
    loop.callSoon((...args: unknown[]) => show(args), 2, "two");
    loop.callSoon(() => show([3], { key: "three" }));
    loop.callSoon((...args: unknown[]) => show(args));
    emit("cancelled:", handle.cancelled());
    yield* sleep(0);
    emit("main resumes last");
  }

  await run(() => program());
}
