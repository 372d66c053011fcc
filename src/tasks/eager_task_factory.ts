/**
 * Tasks that begin at once.
 *
 * @module
 */
import { type BaseEventLoop, type Startable, Task, type TaskOptions } from "../core/mod.ts";

/** A task factory: tasks run at once to their first suspension, in the constructor, and never enter the ready queue if they end there. */
export function eagerTaskFactory<T>(loop: BaseEventLoop, coroutine: Startable<T>, options: TaskOptions): Task<T> {
  return new Task(coroutine, { eagerStart: true, ...options, loop });
}

/** The same for a class of tasks of your own. */
export function createEagerTaskFactory(constructor: typeof Task): typeof eagerTaskFactory {
  return (loop, coroutine, options) => new constructor(coroutine, { eagerStart: true, ...options, loop });
}
