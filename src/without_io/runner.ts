/**
 * Running a program that needs no input and output.
 *
 * @module
 */
import type { Waitable } from "../core/mod.ts";
import { BaseRunner, type BaseRunOptions, runToEnd } from "./base_runner.ts";
import { CoreEventLoop } from "./event_loop.ts";

/** How a program is to be run. */
export interface RunOptions extends BaseRunOptions<CoreEventLoop> {}

/**
 * Several runs on one loop and in one context of variables. `close()` ends what is left: tasks are cancelled and awaited, async generators
 * closed, the loop closed.
 */
export class Runner extends BaseRunner<CoreEventLoop> {
  /** Makes nothing yet: the loop comes with the first run. */
  constructor(options: RunOptions = {}) {
    super(options, (loopOptions) => new CoreEventLoop(loopOptions));
  }
}

/**
 * Runs `main` on a loop of its own, cancels the tasks that are left and waits for them, closes async generators, and gives the result of `main` or
 * throws its error.
 *
 *     await run(async () => { … });
 *
 * @throws (as a rejection) as `Runner.run`.
 */
export async function run<T>(main: Waitable<T>, options: RunOptions = {}): Promise<T> {
  return await runToEnd(new Runner(options), main);
}
