/**
 * Runs the body of a case on a fresh loop, in virtual time or on the host, and fails when the loop's exception handler was told of something or when
 * anything is left over: a task, a timer, a callback, an open async generator.
 */

import { type Body, type EventLoop, type ExceptionContext, getRunningLoop } from "../../mod.ts";
import { runStrict, runVirtual as runInVirtualTime } from "../../src/testing/mod.ts";

/** The body of a case; called inside the main task, which drives what it returns. */
export type Main<T> = (loop: EventLoop) => Body<T>;

/** How the loop is to be made. */
export interface LoopOptions {
  /** Debug mode. */
  readonly debug?: boolean;
  /** What the virtual clock shows at first. */
  readonly start?: number;
}

/** Runs `main` in virtual time; gives its result. */
export function runVirtual<T>(main: Main<T>, options: LoopOptions = {}): Promise<T> {
  return runInVirtualTime(() => main(getRunningLoop()), { ...options, strict: true });
}

/** Runs `main` on the runtime that runs the suite; gives its result. */
export function runHost<T>(main: Main<T>, options: LoopOptions = {}): Promise<T> {
  return runStrict(() => main(getRunningLoop()), { signals: false, debug: options.debug ?? false });
}

/** Runs `main` in virtual time, to its end and the loop's; gives what the exception handler was told. Tasks may be left over. */
export async function reportsOf(main: Main<unknown>, options: LoopOptions = {}): Promise<ExceptionContext[]> {
  const reports: ExceptionContext[] = [];
  await runInVirtualTime(() => {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, context) => reports.push(context));
    return main(loop);
  }, options);
  return reports;
}
