import { getRunningLoop, isCancelled, run, shield, sleep } from "tsyncio";

/** The error's own name is part of the report, so Python's is spelt out here. */
class ValueError extends Error {
  override name = "ValueError";
}

/**
 * As in 3.14: when inner fails after the one who waited was cancelled, shield reports it, once.
 *
 * The reports are shown after `run`, since a second one (never retrieved) would come when the loop ends;
 * CPython's program shows them after a garbage collection.
 */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const reports: unknown[] = [];

  function* inner() {
    yield* sleep(30);
    throw new ValueError("late");
  }

  function* program() {
    getRunningLoop().setExceptionHandler((_loop, context) => {
      reports.push([context.message, (context.exception as Error).constructor]);
    });
    const outer = shield(() => inner());
    yield* sleep(0);
    outer.cancel();
    try {
      yield* outer;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      emit("outer cancelled");
    }
    yield* sleep(60);
  }

  await run(program);
  emit("reports:", reports);
}
