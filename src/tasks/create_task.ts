/**
 * Making tasks of the running loop.
 *
 * @module
 */
import { currentLoop, type Startable, type Task, type TaskOptions } from "../core/mod.ts";

/**
 * Makes a task of a generator, an Awaitable, or a function without arguments that returns one of these or a promise. It starts in the
 * loop's next turn. Outside any task it belongs to the thread's default loop.
 *
 * @throws TypeError for a promise (it is running already: pass the function), a future, and anything else.
 */
export function createTask<T>(coroutine: Startable<T>, options?: TaskOptions): Task<T> {
  return currentLoop().createTask(coroutine, options);
}
