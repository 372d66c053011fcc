/**
 * The event loop without input and output, on any host that has timers.
 *
 * @module
 */
import { webRuntime } from "../adapters/web.ts";
import {
  type Awaitable,
  awaitable,
  BaseEventLoop,
  type CoroutineGenerator,
  ensureFuture,
  type ExceptionContext,
  type LoopOptions,
  type Runnable,
  running,
  runningLoop,
  type Startable,
  type Task,
  type TaskOptions,
  type Waitable,
} from "../core/mod.ts";
import { RuntimeError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { gather } from "../tasks/gather.ts";

/** Called with the loop and what happened. */
export type ExceptionHandler = (loop: CoreEventLoop, context: ExceptionContext) => void;

/** Makes the tasks of a loop. */
export type TaskFactory = <T>(loop: CoreEventLoop, coroutine: Startable<T>, options: TaskOptions) => Task<T>;

/** An event loop without input and output: a guest of the host's loop. Several may run side by side; most programs meet the one that `run` makes. */
export class CoreEventLoop extends BaseEventLoop {
  /** Makes a loop on `options.runtime`, or on whatever runs this code. */
  constructor(options: LoopOptions = {}) {
    const runtime = (options.runtime as Runtime | undefined) ?? webRuntime();
    super(runtime, options.debug ?? runtime.debugRequested?.() ?? false);
  }

  /**
   * Runs until `main` is done, and gives its result.
   *
   * @throws (as a rejection) the error of `main`; RuntimeError when the loop is closed or running, is stopped before `main` is done, or inside
   * a callback or task of any loop; TypeError when `main` is nothing to wait for.
   */
  async runUntilComplete<T>(main: Waitable<T>): Promise<T> {
    this._checkRunnable();
    const future = ensureFuture(main, { loop: this });
    const end = new EndOfMain(this);
    future._addWaiter(end);
    try {
      await this.runForever();
    } finally {
      end.forget();
    }
    if (!future.done()) throw new RuntimeError("Event loop stopped before Future completed.");
    return future.result();
  }

  /** Closes the async generators that are still open, running their `finally` blocks. What these throw goes to the exception handler. */
  shutdownAsyncgens(): Awaitable<void> {
    return awaitable(this.#shutdownAsyncgens());
  }

  *#shutdownAsyncgens(): CoroutineGenerator<void> {
    const open = [...this._asyncgens];
    this._asyncgens.clear();
    if (open.length === 0) return;
    const results = yield* gather(open.map((asyncgen) => () => asyncgen.return(undefined)), { returnExceptions: true });
    for (const [index, result] of results.entries()) {
      if (!(result instanceof Error)) continue;
      const message = "an error occurred during closing of asynchronous generator";
      this.callExceptionHandler({ message, exception: result, asyncgen: open[index]! });
    }
  }

  /** Whether the program listens to a signal of the host. @internal */
  _handlesSignal(_name: string): boolean {
    return false;
  }

  /** Ends what the loop keeps for its users beside their tasks; null when there is nothing. @internal */
  _endServices(): Awaitable<void> | null {
    return null;
  }

  /** Stops and closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this._stopAndWait();
    this.close();
  }
}

/** Stops a loop when what it runs has ended. */
class EndOfMain implements Runnable {
  #loop: CoreEventLoop | null;

  constructor(loop: CoreEventLoop) {
    this.#loop = loop;
  }

  _run(): void {
    this.#loop?.stop();
  }

  /** The loop was stopped before. */
  forget(): void {
    this.#loop = null;
  }
}

/** A new loop, not running. */
export function newEventLoop(options: LoopOptions = {}): CoreEventLoop {
  return new CoreEventLoop(options);
}

/** The loop that runs this code. @throws RuntimeError outside a loop's callbacks and tasks. */
export function getRunningLoop(): CoreEventLoop {
  const loop = runningLoop();
  if (loop === null) throw new RuntimeError("no running event loop");
  return loop as unknown as CoreEventLoop;
}

/** The same (3.14). @throws RuntimeError outside a loop's callbacks and tasks. */
export function getEventLoop(): CoreEventLoop {
  return getRunningLoop();
}

// Where the loop with input and output is loaded too, its module comes later and takes this place.
running.makeDefaultLoop = () => new CoreEventLoop();
