import { gather, getRunningLoop, run, RuntimeError, sleep } from "tsyncio";

/**
 * After the first error came out, later errors of other children count as seen.
 *
 * Failures nobody retrieved are reported at the latest when the loop ends, so the reports are counted after `run`;
 * CPython's program counts them after a garbage collection.
 */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const reports: string[] = [];

  function* bad(text: string, delay: number) {
    yield* sleep(delay);
    throw new RuntimeError(text);
  }

  function* program() {
    getRunningLoop().setExceptionHandler((_loop, context) => {
      reports.push(context.message);
    });
    try {
      yield* gather([() => bad("first", 20), () => bad("second", 40)]);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("raised", error);
    }
    yield* sleep(60);
  }

  await run(program);
  emit("reports:", reports.length);
}
