/**
 * Running a program: from its main coroutine to the last clean-up.
 *
 * @module
 */
import { typeName } from "./_internal/type_name.ts";
import { RuntimeError } from "./errors.ts";
import {
  type AnyRuntime,
  type Context,
  copyContext,
  type CoroutineGenerator,
  Future,
  isDrivable,
  isPromiseLike,
  runningLoop,
  type Startable,
  type Task,
  type Waitable,
  wrapFuture,
} from "./core/mod.ts";
import { EventLoop } from "./event_loop.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { gather } from "./tasks/gather.ts";

/** How a program is to be run. */
export interface RunOptions {
  /** Debug mode of the loop. */
  readonly debug?: boolean;
  /** Makes the loop. */
  readonly loopFactory?: () => EventLoop;
  /** The host; without one, the one that runs this code. */
  readonly runtime?: AnyRuntime;
  /** Whether the first SIGINT cancels the main task; the second has the host's default effect. @default true */
  readonly signals?: boolean;
}

/** How long, in milliseconds, the end of a run waits for the jobs of the default executor: asyncio's five minutes. */
const EXECUTOR_LIMIT = 300_000;

/**
 * Several runs on one loop and in one context of variables. `close()` ends what is left: tasks are cancelled and awaited, async generators
 * closed, the loop closed.
 *
 *     created ── run or getLoop ──▶ initialized ── close ──▶ closed
 */
export class Runner {
  readonly #options: RunOptions;
  #loop: EventLoop | null = null;
  #context: Context | null = null;
  #closed = false;

  /** Makes nothing yet: the loop comes with the first run. */
  constructor(options: RunOptions = {}) {
    this.#options = options;
  }

  /**
   * Runs `main` as a task, and gives its result.
   *
   * @throws (as a rejection) the error of `main`; CancelledError when it was cancelled, by the first SIGINT for one; TypeError when it is
   * nothing to wait for; RuntimeError when the runner is closed, and inside a callback or task of any loop.
   */
  async run<T>(main: Waitable<T>, options: { readonly context?: Context } = {}): Promise<T> {
    if (runningLoop() !== null) throw new RuntimeError("Runner.run() cannot be called from a running event loop");
    const startable = asStartable(main);
    const loop = this.getLoop();
    loop._checkRunnable();
    const task = loop.createTask(startable, { context: options.context ?? this.#context! });
    const restore = this.#options.signals === false ? null : cancelBySigint(loop, task);
    try {
      return await loop.runUntilComplete(task);
    } finally {
      restore?.();
    }
  }

  /** The loop, made when first asked for. @throws RuntimeError when the runner is closed. */
  getLoop(): EventLoop {
    if (this.#closed) throw new RuntimeError("Runner is closed");
    if (this.#loop !== null) return this.#loop;
    const { loopFactory, runtime, debug } = this.#options;
    this.#loop = loopFactory?.() ?? new EventLoop(runtime === undefined ? {} : { runtime });
    if (debug !== undefined) this.#loop.setDebug(debug);
    this.#context = copyContext();
    return this.#loop;
  }

  /** Ends what is left and closes the loop. Does nothing the second time. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const loop = this.#loop;
    if (loop === null) return;
    try {
      await endTasks(loop);
      await loop.runUntilComplete(loop.shutdownAsyncgens());
      if (loop._defaultExecutor !== null) await loop.runUntilComplete(loop.shutdownDefaultExecutor(EXECUTOR_LIMIT));
    } finally {
      loop.close();
    }
  }

  /** The same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Runs `main` on a loop of its own, keeps the process alive until it has ended, cancels the tasks that are left and waits for them, closes async generators, and
 * gives the result of `main` or throws its error.
 *
 *     await run(async () => { … });
 *
 * @throws (as a rejection) as `Runner.run`.
 */
export async function run<T>(main: Waitable<T>, options: RunOptions = {}): Promise<T> {
  const runner = new Runner(options);
  try {
    return await runner.run(main);
  } finally {
    await runner.close();
  }
}

function asStartable<T>(main: Waitable<T>): Startable<T> {
  if (typeof main === "function") return main;
  if (main instanceof Future) return waitFor(main);
  if (isDrivable(main)) return main as Startable<T>;
  if (isPromiseLike(main)) return waitFor(main);
  throw new TypeError(`Cannot run: a coroutine, a function or a promise was expected, got ${typeName(main)}`);
}

function* waitFor<T>(main: PromiseLike<T>): CoroutineGenerator<T> {
  return yield* wrapFuture(main);
}

/** Cancels all tasks and waits for their ends. */
async function endTasks(loop: EventLoop): Promise<void> {
  const left = loop._allTasks();
  if (left.length === 0) return;
  for (const task of left) task.cancel();
  await loop.runUntilComplete(gather(left, { returnExceptions: true }));
  for (const task of left) {
    if (!task._failed()) continue;
    loop.callExceptionHandler({ message: "unhandled exception during asyncio.run() shutdown", exception: task.exception(), task });
  }
}

/** The first SIGINT cancels the task, unless the program listens to it; then the host's default is on again. */
function cancelBySigint(loop: EventLoop, task: Task<unknown>): (() => void) | null {
  const signals = (loop._runtime as Runtime).signals;
  if (signals === undefined) return null;
  const interrupt = (): void => {
    if (loop._signals?.has("SIGINT")) return; // the program has a mind of its own
    signals.remove("SIGINT", interrupt);
    loop._deliver(() => task.cancel("interrupted by SIGINT"));
  };
  signals.add("SIGINT", interrupt);
  return () => signals.remove("SIGINT", interrupt);
}
