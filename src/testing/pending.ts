/**
 * What a loop has not finished.
 *
 * @module
 */
import { currentTask, type Task } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import type { EventLoop } from "../event_loop.ts";

/**
 * Checks that a loop has nothing left to finish: no task that is not done, no async generator that is open. A task that calls this is left out.
 *
 * @throws RuntimeError with a line for each that is left.
 */
export function assertNothingPending(loop: EventLoop): void {
  const pending = describePending(loop);
  if (pending.length > 0) throw new RuntimeError(`Cannot call the loop finished: this is pending\n${pending.join("\n")}`);
}

/** A line for each task that is not done, except the one that runs this, and for each async generator that is open. */
export function describePending(loop: EventLoop): string[] {
  const current = currentTask(loop);
  const tasks = loop._allTasks().filter((task) => task !== current);
  return [...tasks.map(describeTask), ...[...loop._asyncgens].map((generator) => `  ${String(generator)}`)];
}

function describeTask(task: Task<unknown>): string {
  const name = functionName(task.getCoro());
  return `  ${task}${name === "" ? "" : ` of ${name}`}`;
}

/** Of a generator object nothing tells its function's name. */
function functionName(coroutine: unknown): string {
  return typeof coroutine === "function" ? coroutine.name : "";
}
