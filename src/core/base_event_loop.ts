/**
 * The event loop without input and output.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { RuntimeError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Startable } from "./awaitable.ts";
import { currentValues, NO_VALUES } from "./context.ts";
import { isCoroutineFunction } from "./coroutine.ts";
import type { DebugNotes } from "./debug_notes.ts";
import { describe, type ExceptionContext, formatReport } from "./exception_handler.ts";
import { type Failing, FailureLog } from "./failure_log.ts";
import { Future } from "./future.ts";
import { type AbstractEventLoop, type Callback, Handle, TimerHandle } from "./handle.ts";
import { running, someLoop, type TaskFace } from "./running.ts";
import { Task, type TaskOptions } from "./task.ts";
import { Turns } from "./turns.ts";

/** A host, as users see it: made by an adapter, or `VirtualRuntime` of ./testing. */
export interface AnyRuntime {
  /** Which host it is. */
  readonly name: string;
}

/** How a loop is to be made. */
export interface LoopOptions {
  /** The host; without one, the one that runs this code. */
  readonly runtime?: AnyRuntime;
  /** Start in debug mode. */
  readonly debug?: boolean;
}

// As they are kept. Which class of loops they take is known where they were set.
type StoredHandler = ((loop: never, context: ExceptionContext) => void) | null;
type StoredFactory = (<T>(loop: never, coroutine: Startable<T>, options: TaskOptions) => Task<T>) | null;

/** Told apart from options that were given, to save a copy for each task. */
const NO_OPTIONS: TaskOptions = {};

/** A loop that is a guest of the host's loop; how its turns come about is said in turns.ts. This is what can be asked of it. */
export abstract class BaseEventLoop extends Turns implements AbstractEventLoop {
  /** The tasks that are not done, newest first, as a linked list: adding and removing must be cheap. */
  #newestTask: TaskFace | null = null;
  /**
   * What is open in the host, and closed with the loop.
   * @internal
   */
  readonly _open: Set<{ close(): void }> = new Set();
  /**
   * Where its transports put together what they write; theirs alone.
   * @internal
   */
  _writeMemory: object | null = null;
  /**
   * The async generators that are open.
   * @internal
   */
  readonly _asyncgens: Set<AsyncGenerator<unknown, unknown, unknown>> = new Set();
  readonly #failures: FailureLog;

  readonly #taskDefaults = { loop: this };
  #exceptionHandler: StoredHandler = null;
  #taskFactory: StoredFactory = null;

  /** @internal */
  constructor(runtime: Runtime, debug: boolean) {
    super(runtime, debug);
    this.#failures = new FailureLog(this);
  }

  /**
   * Forgets what is scheduled, reports the tasks that are still pending and the failures that nobody retrieved. Does nothing the second time.
   *
   * @throws RuntimeError while the loop is running.
   */
  close(): void {
    if (this.isRunning()) throw new RuntimeError("Cannot close a running event loop");
    if (this.isClosed()) return;
    this._end();
    this._notes?.reportUnawaited();
    for (const open of [...this._open]) {
      if (this.getDebug()) console.warn(`ResourceWarning: unclosed ${describe(open)}`);
      open.close();
    }
    this._open.clear();
    for (const task of this._allTasks()) this.callExceptionHandler({ message: "Task was destroyed but it is pending!", task });
    this.#failures.report();
    this.#newestTask = null;
  }

  /** @internal */
  override _atRest(serving: boolean): boolean {
    if (serving) this.#failures.report();
    else this.#failures.sweep();
    return this.#newestTask !== null;
  }

  // -------------------------------------------------------------- callbacks

  /** Calls `callback(...args)` in the next turn, after what was scheduled before it. */
  callSoon<A extends unknown[]>(callback: (this: void, ...args: A) => void, ...args: A): Handle {
    this._checkOpen();
    this.#checkCallback(callback, "callSoon");
    const handle = new Handle(this, callback as Callback, args, currentValues());
    this._notes?.note(handle);
    this._schedule(handle);
    return handle;
  }

  /** The same: a thread of JavaScript has a loop of its own, and other threads cannot call this. For asyncio's programs. */
  callSoonThreadsafe<A extends unknown[]>(callback: (this: void, ...args: A) => void, ...args: A): Handle {
    return this.callSoon(callback, ...args);
  }

  /**
   * Calls `callback(...args)` after `delay` milliseconds; zero and negative mean in the next turn, Infinity never.
   *
   * @throws TypeError when the delay is no number, RangeError when it is NaN, RuntimeError when the loop is closed.
   */
  callLater<A extends unknown[]>(delay: number, callback: (this: void, ...args: A) => void, ...args: A): TimerHandle {
    checkDelay(delay, "callLater");
    return this.#startTimer(this.time() + delay, callback, args);
  }

  /** Calls `callback(...args)` at the time `when`, in milliseconds of `time()`. Timers of one time run in the order of their making. */
  callAt<A extends unknown[]>(when: number, callback: (this: void, ...args: A) => void, ...args: A): TimerHandle {
    checkDelay(when, "callAt");
    return this.#startTimer(when, callback, args);
  }

  #startTimer(when: number, callback: Callback, args: readonly unknown[]): TimerHandle {
    this.#checkCallback(callback, "callLater and callAt");
    const timer = new TimerHandle(this, when, callback, args, currentValues());
    this._notes?.note(timer);
    this._addTimer(when, timer);
    return timer;
  }

  /**
   * For callbacks of the library, which look at no context variables.
   * @internal
   */
  _callAt(when: number, callback: Callback, ...args: unknown[]): TimerHandle {
    const timer = new TimerHandle(this, when, callback, args, NO_VALUES);
    this._addTimer(when, timer);
    return timer;
  }

  #checkCallback(callback: unknown, method: string): void {
    if (typeof callback !== "function") {
      throw new TypeError(`Cannot schedule with ${method}: a function was expected, got ${typeName(callback)}`);
    }
    if (this.getDebug() && isCoroutineFunction(callback)) {
      throw new TypeError(`Cannot schedule with ${method}: ${callback.name || "the callback"} is a coroutine function; use createTask`);
    }
  }

  // -------------------------------------------------------------- futures and tasks

  /** A future of this loop. */
  createFuture<T>(): Future<T> {
    return new Future<T>({ loop: this });
  }

  /**
   * Makes a task of a generator, an Awaitable, or a function without arguments that returns one of these or a promise. Its first step
   * comes in the next turn.
   *
   * @throws TypeError for anything else, a promise or future among them.
   */
  createTask<T>(coroutine: Startable<T>, options: TaskOptions = NO_OPTIONS): Task<T> {
    this._checkOpen();
    if (this.#taskFactory === null) return new Task<T>(coroutine, options === NO_OPTIONS ? this.#taskDefaults : { ...options, loop: this });
    return this.#taskFactory(this as never, coroutine, options);
  }

  /** Has `factory(loop, coroutine, options)` make the loop's tasks; null for the usual ones. */
  setTaskFactory(factory: (<T>(loop: this, coroutine: Startable<T>, options: TaskOptions) => Task<T>) | null): void {
    if (factory !== null && typeof factory !== "function") {
      throw new TypeError(`Cannot set the task factory: a function or null was expected, got ${typeof factory}`);
    }
    this.#taskFactory = factory as StoredFactory;
  }

  /** What `setTaskFactory` set; null for the usual tasks. */
  getTaskFactory(): (<T>(loop: never, coroutine: Startable<T>, options: TaskOptions) => Task<T>) | null {
    return this.#taskFactory;
  }

  /** @internal */
  _addTask(task: TaskFace): void {
    const next = this.#newestTask;
    task._next = next;
    if (next !== null) next._previous = task;
    this.#newestTask = task;
    this._keepAlive();
  }

  /** @internal */
  _removeTask(task: TaskFace): void {
    const { _previous, _next } = task;
    if (_previous !== null) _previous._next = _next;
    else if (this.#newestTask === task) this.#newestTask = _next;
    if (_next !== null) _next._previous = _previous;
    task._previous = task._next = null;
    if (this.#newestTask === null) this._lookAgain();
  }

  /**
   * The tasks that are not done, in the order in which they were made.
   * @internal
   */
  _allTasks(): Task<unknown>[] {
    const tasks: Task<unknown>[] = [];
    for (let task = this.#newestTask; task !== null; task = task._next) tasks.push(task as Task<unknown>);
    return tasks.reverse();
  }

  // -------------------------------------------------------------- reports

  /** Has `handler(loop, context)` called for what nobody could be told by an error; null for the default handler. */
  setExceptionHandler(handler: ((loop: this, context: ExceptionContext) => void) | null): void {
    if (handler !== null && typeof handler !== "function") {
      throw new TypeError(`Cannot set the exception handler: a function or null was expected, got ${typeof handler}`);
    }
    this.#exceptionHandler = handler as StoredHandler;
  }

  /** What `setExceptionHandler` set; null for the default handler. */
  getExceptionHandler(): ((loop: never, context: ExceptionContext) => void) | null {
    return this.#exceptionHandler;
  }

  /** Writes one report to `console.error`. */
  defaultExceptionHandler(context: ExceptionContext): void {
    console.error(...formatReport(context));
  }

  /**
   * Calls the exception handler, with the context variables of the task, else of the handle, that the report is about (3.12). What the handler itself
   * throws goes to the default one.
   */
  callExceptionHandler(context: ExceptionContext): void {
    if (this._notes !== null) context = withOrigin(context, this._notes);
    const handler = this.#exceptionHandler;
    if (handler === null) return this.#reportByDefault(context);
    try {
      withVariablesOf(context, () => handler(this as never, context));
    } catch (error) {
      this.#reportByDefault({ message: "Unhandled error in exception handler", exception: error, context });
    }
  }

  #reportByDefault(context: ExceptionContext): void {
    try {
      this.defaultExceptionHandler(context);
    } catch (error) {
      console.error("Exception in default exception handler", error);
    }
  }

  /** @internal */
  _noteFailure(future: object): void {
    this.#failures.add(future as Failing);
    this._lookAgain();
  }
}

/** Tells where what a report is about was made, where that is known. */
function withOrigin(context: ExceptionContext, notes: DebugNotes): ExceptionContext {
  if ("sourceTraceback" in context) return context;
  for (const about of [context.task, context.future, context.handle]) {
    const sourceTraceback = about && notes.originOf(about);
    if (sourceTraceback !== undefined) return { ...context, sourceTraceback };
  }
  return context;
}

/** Calls `fn` with the context variables of whom a report is about. */
function withVariablesOf({ task, future, handle }: ExceptionContext, fn: () => void): void {
  const variables = [task, future].find((about) => about instanceof Task)?._context ??
    (handle instanceof Handle ? handle.getContext() : null);
  if (variables === null) return fn();
  const outer = running.context;
  running.context = variables;
  try {
    fn();
  } finally {
    running.context = outer;
  }
}

/**
 * @throws TypeError when `delay` is no number, RangeError when it is NaN.
 */
export function checkDelay(delay: unknown, method: string): void {
  if (typeof delay !== "number") {
    throw new TypeError(`Cannot use the delay of ${method}: a number of milliseconds was expected, got ${typeof delay}`);
  }
  if (Number.isNaN(delay)) throw new RangeError(`Cannot use the delay of ${method}: it is NaN`);
}

/** The loop that runs this code, else the thread's default loop. */
export function currentLoop(): BaseEventLoop {
  return someLoop() as unknown as BaseEventLoop;
}

/** The tasks of a loop (without one: of the running one, else the default one) that are not done. */
export function allTasks(loop?: BaseEventLoop): Set<Task<unknown>> {
  return new Set((loop ?? currentLoop())._allTasks());
}
