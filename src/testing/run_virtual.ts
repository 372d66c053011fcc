/**
 * Running a program in virtual time.
 *
 * @module
 */
import type { Waitable } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import { EventLoop } from "../event_loop.ts";
import { Runner } from "../runner.ts";
import { runToEnd } from "../without_io/base_runner.ts";
import { describePending } from "./pending.ts";
import { Watch } from "./strict.ts";
import { VirtualRuntime, type VirtualRuntimeOptions } from "./virtual_runtime.ts";

/** How a program is to be run in virtual time. */
export interface RunVirtualOptions extends VirtualRuntimeOptions {
  /** Debug mode of the loop. */
  readonly debug?: boolean;
  /**
   * The program fails if it leaves tasks, async generators, timers or callbacks behind, or if the loop's exception handler was told of something.
   * @default false
   */
  readonly strict?: boolean;
}

/**
 * Runs `main` as `run` does, on a fresh loop whose time is virtual: hours take milliseconds, and every run takes the same course.
 *
 *     await runVirtual(async () => {
 *       await sleep(3_600_000); // passes at once
 *     });
 *
 * The clock jumps by the rule that `VirtualRuntime` states. A program that waits for nothing (nothing is ready, no timer is set, and a tenth of
 * a second of real time has brought nothing from outside) fails instead of hanging. SIGINT is left alone.
 *
 * With a `seed` another order of what is ready is tried; a program that fails with one has its seed written to `console.error`.
 *
 * @throws (as a rejection) as `run`; RuntimeError that lists what is pending when the program waits for nothing, after its tasks were cancelled, or that lists what `strict` has found.
 */
export async function runVirtual<T>(main: Waitable<T>, options: RunVirtualOptions = {}): Promise<T> {
  const runtime = new VirtualRuntime(options);
  const loop = new EventLoop({ runtime, debug: options.debug ?? false });
  const stuck: RuntimeError[] = [];
  runtime._time.onStuck = () => {
    stuck.push(stuckError(loop));
    loop.stop();
  };
  const runner = new Runner({ loopFactory: () => loop, signals: false });
  const watch = options.strict === true ? new Watch() : null;
  try {
    const result = await runToEnd(runner, watch?.around(main) ?? main);
    watch?.judge();
    return result;
  } catch (error) {
    if (options.seed !== undefined) console.error(`The program failed in the order of { seed: ${options.seed} }`);
    throw stuck[0] ?? error;
  }
}

function stuckError(loop: EventLoop): RuntimeError {
  const pending = describePending(loop).join("\n");
  return new RuntimeError(`Cannot go on: nothing is ready, no timer is set, nothing comes from outside; this is pending\n${pending}`);
}
