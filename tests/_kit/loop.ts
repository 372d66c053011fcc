/**
 * Runs the body of a case on a fresh loop, in virtual time or on the host, and fails when the loop's exception handler was told of something or when
 * anything is left over: a task, a timer, an open async generator.
 */

import { type Body, currentTask, type EventLoop, type ExceptionContext, run, type TimerHandle } from "../../mod.ts";
import { describePending } from "../../src/testing/pending.ts";
import { runVirtual as runInVirtualTime } from "../../src/testing/mod.ts";
import { assert } from "./mod.ts";

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
export async function runVirtual<T>(main: Main<T>, options: LoopOptions = {}): Promise<T> {
  const watch = new Watch();
  return watch.judge(await runInVirtualTime(watch.around(main), options));
}

/** Runs `main` on the runtime that runs the suite; gives its result. */
export async function runHost<T>(main: Main<T>, options: LoopOptions = {}): Promise<T> {
  const watch = new Watch();
  return watch.judge(await run(watch.around(main), { signals: false, debug: options.debug ?? false }));
}

/** Runs `main` in virtual time, to its end and the loop's; gives what the exception handler was told. Tasks may be left over. */
export async function reportsOf(main: Main<unknown>, options: LoopOptions = {}): Promise<ExceptionContext[]> {
  const watch = new Watch();
  await runInVirtualTime(watch.around(main), options);
  return watch.reports;
}

// deno-lint-ignore no-explicit-any -- callbacks of any type
type CallAt = (when: number, callback: (...args: any[]) => void, ...args: any[]) => TimerHandle;

class Watch {
  readonly reports: ExceptionContext[] = [];
  readonly #timers: TimerHandle[] = [];
  #leftOver: string[] = [];

  around<T>(main: Main<T>): () => Body<T> {
    return () => {
      const task = currentTask()!;
      const loop = task.getLoop() as EventLoop;
      this.#begin(loop);
      task.addDoneCallback(() => this.#leftOver = [...describePending(loop), ...this.#pendingTimers()]);
      return main(loop);
    };
  }

  judge<T>(result: T): T {
    assert.deepEqual(this.reports.map(inShort), [], "the exception handler was called");
    assert.deepEqual(this.#leftOver, [], "something is left over");
    return result;
  }

  #begin(loop: EventLoop): void {
    loop.setExceptionHandler((_loop, context) => this.reports.push(context));
    const callAt: CallAt = loop.callAt;
    loop.callAt = (...args: Parameters<CallAt>) => {
      const timer = callAt.apply(loop, args);
      this.#timers.push(timer);
      return timer;
    };
  }

  #pendingTimers(): string[] {
    return this.#timers.filter((timer) => timer._scheduled && !timer.cancelled()).map((timer) => `  ${timer} at ${timer.when()}`);
  }
}

function inShort({ message, exception }: ExceptionContext): string {
  return exception === undefined ? message : `${message}: ${exception}`;
}
