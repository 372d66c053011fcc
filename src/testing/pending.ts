/**
 * What a loop has not finished.
 *
 * @module
 */
import { type BaseEventLoop, currentTask, Handle, type Task, TimerHandle } from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";

/**
 * Checks that a loop has nothing left to finish: no task that is not done, no async generator that is open, no timer that is set, no callback that
 * is still to be called. A task that calls this is left out.
 *
 * @throws RuntimeError with a line for each that is left.
 */
export function assertNothingPending(loop: BaseEventLoop): void {
  const pending = describePending(loop);
  if (pending.length > 0) throw new RuntimeError(`Cannot call the loop finished: this is pending\n${pending.join("\n")}`);
}

/** A line for each of these. */
export function describePending(loop: BaseEventLoop): string[] {
  const current = currentTask(loop);
  const tasks = loop._allTasks().filter((task) => task !== current);
  return [
    ...tasks.map(describeTask),
    ...[...loop._asyncgens].map((generator) => `  ${String(generator)}`),
    ...[...loop._scheduledItems()].flatMap(describeCall),
  ];
}

function describeTask(task: Task<unknown>): string {
  const name = functionName(task.getCoro());
  return `  ${task}${name === "" ? "" : ` of ${name}`}`;
}

/** The calls that were asked for; the rest of what is scheduled belongs to tasks. */
function describeCall(item: object): string[] {
  if (!(item instanceof Handle) || item.cancelled()) return [];
  return [item instanceof TimerHandle ? `  ${item} at ${item.when()}` : `  ${item}`];
}

/** Of a generator object nothing tells its function's name. */
function functionName(coroutine: unknown): string {
  return typeof coroutine === "function" ? coroutine.name : "";
}
