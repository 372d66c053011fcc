/**
 * Running a program: from its main coroutine to the last clean-up.
 *
 * @module
 */
import type { Waitable } from "./core/mod.ts";
import { EventLoop } from "./event_loop.ts";
import { BaseRunner, type BaseRunOptions, runToEnd } from "./without_io/base_runner.ts";

/** How a program is to be run. */
export interface RunOptions extends BaseRunOptions<EventLoop> {}

/**
 * Several runs on one loop and in one context of variables. `close()` ends what is left: tasks are cancelled and awaited, async generators
 * closed, the loop closed.
 */
export class Runner extends BaseRunner<EventLoop> {
  /** Makes nothing yet: the loop comes with the first run. */
  constructor(options: RunOptions = {}) {
    super(options, (loopOptions) => new EventLoop(loopOptions));
  }
}

/**
 * Runs `main` on a loop of its own, keeps the process alive until it has ended, cancels the tasks that are left and waits for them, closes async generators, and
 * gives the result of `main` or throws its error.
 *
 *     await run(async () => { … });
 *
 * @throws (as a rejection) as `Runner.run`.
 */
export async function run<T>(main: Waitable<T>, options: RunOptions = {}): Promise<T> {
  return await runToEnd(new Runner(options), main);
}
