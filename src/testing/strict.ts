/**
 * Programs that have to clean up after themselves.
 *
 * @module
 */
import { type BaseEventLoop, type Body, currentTask, type ExceptionContext, type Waitable } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import { run, type RunOptions } from "../runner.ts";
import { describePending } from "./pending.ts";

/**
 * Runs `main` as `run` does, and fails when it leaves something behind, or when the loop's exception handler was told of something. For tests in real
 * time; `runVirtual(main, { strict: true })` is the same in virtual time.
 *
 * @throws (as a rejection) as `run`; RuntimeError that lists what is pending at the end of `main` (tasks, async generators, timers, callbacks) and what
 * was reported.
 */
export async function runStrict<T>(main: Waitable<T>, options: RunOptions = {}): Promise<T> {
  const watch = new Watch();
  const result = await run(watch.around(main), options);
  watch.judge();
  return result;
}

/** Watches one program. */
export class Watch {
  readonly #reports: ExceptionContext[] = [];
  #left: string[] = [];

  /** A program that runs `main` and is watched. */
  around<T>(main: Waitable<T>): Waitable<T> {
    if (typeof main !== "function" && (typeof main !== "object" || main === null)) return main; // `run` refuses it
    return () => {
      const task = currentTask()!;
      const loop = task.getLoop() as unknown as BaseEventLoop;
      loop.setExceptionHandler((_loop, context) => this.#reports.push(context));
      task.addDoneCallback(() => this.#left = describePending(loop));
      return typeof main === "function" ? main() : main as Body<T>;
    };
  }

  /** @throws RuntimeError when something was left or reported. */
  judge(): void {
    const reported = this.#reports.map(({ message, exception }) => `  ${message}${exception === undefined ? "" : `: ${exception}`}`);
    const parts = [];
    if (this.#left.length > 0) parts.push(`this is pending\n${this.#left.join("\n")}`);
    if (reported.length > 0) parts.push(`this was reported\n${reported.join("\n")}`);
    if (parts.length === 0) return;
    throw new RuntimeError(`Cannot call the program finished: ${parts.join("\nand ")}`, {
      cause: this.#reports.find(({ exception }) => exception !== undefined)?.exception,
    });
  }
}
