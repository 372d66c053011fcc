import { createTask, getRunningLoop, run, sleep } from "tsyncio";

/**
 * A failed task or future is reported unless somebody looked at its error.
 *
 * There is no collecting the garbage by hand, so the reports are read after the loop has ended, where they come at the latest.
 */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const reports: string[] = [];

  function* bad(text: string) {
    throw new RangeError(text);
  }

  function* program() {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, context) => {
      reports.push(`${context.message} / ${(context.exception as Error).message}`);
    });
    createTask(() => bad("task"));
    const seen = createTask(() => bad("seen"));
    const future = loop.createFuture();
    future.setException(new RangeError("future"));
    yield* sleep(0);
    emit("looked at:", seen.exception());
  }

  await run(() => program());
  for (const line of reports.toSorted()) emit(line);
}
