/**
 * The part of tsyncio without input and output: coroutines, tasks, waiting, synchronisation and queues, on any host that has the timers of browsers.
 * What is here and in the whole library is the same: a program that uses both has one kernel.
 *
 *     import { run, sleep, taskGroup } from "tsyncio/core";
 *
 * On Node, Deno, Bun and edge servers with an AsyncLocalStorage everything works as in the whole library. Browsers have nothing like it yet: there
 * generator coroutines work alike, and async functions while they wait for what the library gives, one thing at a time (`until(promise)` makes
 * that of any promise, `gather` and `taskGroup` wait for several things), and were not started eagerly.
 *
 * @example
 * ```ts ignore
 * import { Queue, run, taskGroup, until } from "@tsyncio/tsyncio/core";
 *
 * await run(async () => {
 *   const urls = new Queue<string>(10);
 *   await taskGroup(async (group) => {
 *     group.createTask(async () => {
 *       for await (const url of urls) console.log((await until(fetch(url))).status);
 *     });
 *     for (const path of ["/a", "/b"]) await urls.put(path);
 *     urls.shutdown(); // ends the worker's loop, when all are done
 *   });
 * });
 * ```
 *
 * @module
 */

// running
export {
  CoreEventLoop as EventLoop,
  type ExceptionHandler,
  getEventLoop,
  getRunningLoop,
  newEventLoop,
  type TaskFactory,
} from "./event_loop.ts";
export type { BaseRunner, BaseRunOptions } from "./base_runner.ts";
export { run, Runner, type RunOptions } from "./runner.ts";

// the kernel
export {
  type AbstractEventLoop,
  allTasks,
  type AnyRuntime as Runtime,
  type Asyncgen,
  asyncgen,
  type Awaitable,
  BaseEventLoop,
  type Body,
  type CallGraphOptions,
  captureCallGraph,
  Context,
  ContextVar,
  copyContext,
  type Coroutine,
  coroutine,
  type CoroutineGenerator,
  currentSignal,
  currentTask,
  type Drivable,
  ensureFuture,
  type ExceptionContext,
  formatCallGraph,
  type FrameCallGraphEntry,
  Future,
  type FutureCallGraph,
  type FutureOptions,
  Handle,
  isCancelled,
  isCoroutine,
  isCoroutineFunction,
  isFuture,
  type LoopOptions,
  printCallGraph,
  type ResultOf,
  type Startable,
  type Suspend,
  Task,
  type TaskOptions,
  TimerHandle,
  Token,
  type Turns,
  until,
  type Waitable,
  wrapFuture,
} from "../core/mod.ts";

// waiting
export { type AsCompleted, asCompleted } from "../tasks/as_completed.ts";
export { createTask } from "../tasks/create_task.ts";
export { createEagerTaskFactory, eagerTaskFactory } from "../tasks/eager_task_factory.ts";
export { gather, type Results } from "../tasks/gather.ts";
export { shield } from "../tasks/shield.ts";
export { sleep } from "../tasks/sleep.ts";
export { TaskGroup, taskGroup } from "../tasks/task_group.ts";
export { Timeout, timeout, timeoutAt, waitFor } from "../tasks/timeout.ts";
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, wait, type WaitOptions } from "../tasks/wait.ts";

// synchronisation
export { Barrier } from "../sync/barrier.ts";
export { Condition } from "../sync/condition.ts";
export { Event } from "../sync/event.ts";
export { Lock } from "../sync/lock.ts";
export type { Permit } from "../sync/permit.ts";
export { BoundedSemaphore, Semaphore } from "../sync/semaphore.ts";

// queues
export { LifoQueue, PriorityQueue, type PriorityQueueOptions, Queue } from "../queues/queue.ts";

// errors
export {
  BrokenBarrierError,
  CancelledError,
  type ErrorMatcher,
  ExceptionGroup,
  InvalidStateError,
  LookupError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  TimeoutError,
  UnsupportedOperationError,
} from "../errors.ts";
