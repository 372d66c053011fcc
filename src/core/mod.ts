/**
 * The face of the kernel: what the layers above it may import.
 *
 * @module
 */
export type {
  Awaitable,
  Body,
  CoroutineGenerator,
  Drivable,
  Items,
  Reject,
  Resolve,
  ResultOf,
  Startable,
  Suspend,
  Waitable,
} from "./awaitable.ts";
export { type Asyncgen, asyncgen } from "./asyncgen.ts";
export { allTasks, type AnyRuntime, BaseEventLoop, checkDelay, currentLoop, type LoopOptions } from "./base_event_loop.ts";
export {
  type CallGraphOptions,
  captureCallGraph,
  formatCallGraph,
  type FrameCallGraphEntry,
  type FutureCallGraph,
  printCallGraph,
} from "./call_graph.ts";
export { isCancelled, makeCancelledError } from "./cancelled.ts";
export { Context, ContextVar, copyContext, Token } from "./context.ts";
export {
  awaitable,
  type Coroutine,
  coroutine,
  isCoroutine,
  isCoroutineFunction,
  Lazy,
  optional,
  reused,
  scopedAwaitable,
} from "./coroutine.ts";
export type { ExceptionContext } from "./exception_handler.ts";
export { Future, isFuture } from "./future.ts";
export { type AbstractEventLoop, Handle, TimerHandle } from "./handle.ts";
export { currentSignal, ensureFuture, type FutureOptions, until, wrapFuture } from "./promise_interop.ts";
export {
  currentStrand,
  type LoopFace,
  type Runnable,
  running,
  runningLoop,
  someLoop,
  type WorkerCall,
  type WorkerFace,
} from "./running.ts";
export { isDrivable, isGeneratorFunction, isPromiseLike } from "./awaitable.ts";
export { enterBody, type EnteredBody, runBody } from "./body.ts";
export { isHandedOver, SingleWait } from "./single_wait.ts";
export { pause, sleepFor } from "./sleeping.ts";
export { isSuspension, Strand, throwInto } from "./strand.ts";
export { currentTask, Task, type TaskOptions } from "./task.ts";
export type { Turns } from "./turns.ts";
