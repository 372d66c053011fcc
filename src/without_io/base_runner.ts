/**
 * Running a program, on whatever loop: from its main coroutine to the last clean-up.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { RuntimeError } from "../errors.ts";
import {
  type AnyRuntime,
  type Context,
  copyContext,
  type CoroutineGenerator,
  Future,
  isDrivable,
  isPromiseLike,
  type LoopOptions,
  runningLoop,
  type Startable,
  type Task,
  type Waitable,
  wrapFuture,
} from "../core/mod.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { gather } from "../tasks/gather.ts";
import type { CoreEventLoop } from "./event_loop.ts";

/** How a program is to be run. */
export interface BaseRunOptions<L extends CoreEventLoop> {
  /** Debug mode of the loop. */
  readonly debug?: boolean;
  /** Makes the loop. */
  readonly loopFactory?: () => L;
  /** The host; without one, the one that runs this code. */
  readonly runtime?: AnyRuntime;
  /** Whether the first SIGINT cancels the main task; the second has the host's default effect. @default true */
  readonly signals?: boolean;
}

/**
 * What the `Runner` of each entry is made of, which knows the class of its loops.
 *
 *     created ── run or getLoop ──▶ initialized ── close ──▶ closed
 */
export abstract class BaseRunner<L extends CoreEventLoop> {
  readonly #options: BaseRunOptions<L>;
  readonly #makeLoop: (options: LoopOptions) => L;
  #loop: L | null = null;
  #context: Context | null = null;
  #closed = false;

  /** @internal */
  constructor(options: BaseRunOptions<L>, makeLoop: (options: LoopOptions) => L) {
    this.#options = options;
    this.#makeLoop = makeLoop;
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
  getLoop(): L {
    if (this.#closed) throw new RuntimeError("Runner is closed");
    if (this.#loop !== null) return this.#loop;
    const { loopFactory, runtime, debug } = this.#options;
    this.#loop = loopFactory?.() ?? this.#makeLoop(runtime === undefined ? {} : { runtime });
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
      const services = loop._endServices();
      if (services !== null) await loop.runUntilComplete(services);
    } finally {
      loop.close();
    }
  }

  /** The same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Runs `main`, and then ends what is left. */
export async function runToEnd<T>(runner: BaseRunner<CoreEventLoop>, main: Waitable<T>): Promise<T> {
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
async function endTasks(loop: CoreEventLoop): Promise<void> {
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
function cancelBySigint(loop: CoreEventLoop, task: Task<unknown>): (() => void) | null {
  const signals = (loop._runtime as Runtime).signals;
  if (signals === undefined) return null;
  const interrupt = (): void => {
    if (loop._handlesSignal("SIGINT")) return; // the program has a mind of its own
    signals.remove("SIGINT", interrupt);
    loop._deliver(() => task.cancel("interrupted by SIGINT"));
  };
  signals.add("SIGINT", interrupt);
  return () => signals.remove("SIGINT", interrupt);
}
