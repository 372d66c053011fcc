/**
 * Groups of tasks that end together.
 *
 * @module
 */
import {
  type Awaitable,
  type BaseEventLoop,
  type Body,
  type CoroutineGenerator,
  currentLoop,
  currentStrand,
  type Drivable,
  enterBody,
  Future,
  isCancelled,
  isGeneratorFunction,
  type Runnable,
  runningLoop,
  scopedAwaitable,
  type Startable,
  type Strand,
  type Task,
  type TaskOptions,
} from "../core/mod.ts";
import { ExceptionGroup, RuntimeError } from "../errors.ts";

/** How a body ended. */
type Outcome<T> = { readonly failed: false; readonly value: T } | { readonly failed: true; readonly error: unknown };

/**
 * A scope that ends when its body and all tasks made in it have ended.
 *
 *     created ── run ──▶ entered ── body ends ──▶ exiting ── last task ends ──▶ finished
 *                           └── a task or the body fails, cancel(), cancelled from outside: tasks and body are cancelled (shutting down)
 *
 * The first task that fails cancels the others and the body; when all have ended, their errors come out in an ExceptionGroup. A task that is
 * cancelled alone is no failure. Only the body is cancelled, not what else its task waits for. A request for cancellation from outside gives
 * CancelledError; errors come before it, and then it is delivered again where the task next waits.
 */
export class TaskGroup {
  #loop: BaseEventLoop | null = null;
  readonly #tasks: Set<Task<unknown>> = new Set();
  readonly #errors: unknown[] = [];
  #entered = false;
  #exiting = false;
  #finished = false;
  #aborting = false;
  /** Where the group has asked its own task to end: while the body ran, or while it waited for the tasks. */
  #asked: "body" | "end" | null = null;
  /** The strand that runs the group, and the one that runs the body: the same where the body is a generator. */
  #host: Strand | null = null;
  #strand: Strand | null = null;
  /** Of the scope among those of `#host`. */
  #level = 0;
  /** Done when the last task has ended, while the group waits for that. */
  #allEnded: Future<void> | null = null;

  /**
   * Runs `body(group)` in the calling task, and gives what it returns once all tasks of the group have ended.
   *
   * @throws TypeError at the call for a body that is no function; ExceptionGroup of the errors of tasks and body; CancelledError when it was
   * cancelled from outside; RuntimeError for a second run, and outside a task.
   */
  run<T>(body: (group: this) => Body<T>): Awaitable<T> {
    if (typeof body !== "function") throw new TypeError(`Cannot run a task group: a function was expected, got ${typeof body}`);
    return scopedAwaitable(this.#run(body));
  }

  /**
   * Makes a task that belongs to the group. May be called by anyone until the last task has ended. A coroutine that is refused is closed.
   *
   * @throws RuntimeError before the run, after the end, while the group shuts down, and on another loop; TypeError as `createTask`.
   */
  createTask<T>(coroutine: Startable<T>, options?: TaskOptions): Task<T> {
    const refusal = this.#refusal();
    if (refusal !== null) {
      closeRefused(coroutine);
      throw new RuntimeError(`Cannot create a task: ${this} ${refusal}`);
    }
    const task = this.#loop!.createTask(coroutine, options);
    this.#tasks.add(task as Task<unknown>);
    task._addWaiter(new Child(this, task as Task<unknown>));
    if (this.#aborting) task.cancel(); // it has cancelled its group in its eager first step
    return task;
  }

  #refusal(): string | null {
    if (!this.#entered) return this.#aborting ? "is shutting down" : "has not been entered";
    if (this.#finished || (this.#exiting && this.#tasks.size === 0)) return "is finished";
    if (this.#aborting) return "is shutting down";
    const loop = runningLoop();
    return loop !== null && loop !== (this.#loop as object) ? "belongs to a different loop" : null;
  }

  /**
   * Ends the group early, without an error: cancels the tasks and the body, whose value is then undefined. Before the run it takes effect at
   * the body's first suspension; after the end, and a second time, it does nothing. Errors of the tasks and the body still come out.
   */
  cancel(): void {
    if (this.#finished || this.#aborting || (this.#exiting && this.#tasks.size === 0)) return;
    this.#abort();
    if (this.#entered) this.#askHost();
  }

  /**
   * The task that runs it.
   * @internal
   */
  _task(): object | null {
    return this.#host?.task ?? null;
  }

  /** For people. */
  toString(): string {
    const parts = ["TaskGroup"];
    if (this.#tasks.size > 0) parts.push(`tasks=${this.#tasks.size}`);
    if (this.#errors.length > 0) parts.push(`errors=${this.#errors.length}`);
    if (this.#aborting) parts.push("cancelling");
    else if (this.#entered) parts.push("entered");
    return `<${parts.join(" ")}>`;
  }

  // -------------------------------------------------------------- running

  *#run<T>(body: (group: this) => Body<T>): CoroutineGenerator<T> {
    this.#enter();
    try {
      const outcome = yield* this.#runBody(body);
      this.#exiting = true;
      const interruption = yield* this.#waitForTasks(outcome);
      return this.#leave(outcome, interruption);
    } finally {
      this.#close();
    }
  }

  #enter(): void {
    if (this.#entered) throw new RuntimeError(`Cannot run a task group: ${this} has been already entered`);
    const host = currentStrand() as Strand | null;
    if (host === null) throw new RuntimeError(`Cannot run a task group: ${this} is used outside a task`);
    this.#entered = true;
    this.#host = host;
    this.#loop = currentLoop();
    this.#level = host.enterScope();
  }

  *#runBody<T>(body: (group: this) => Body<T>): CoroutineGenerator<Outcome<T>> {
    try {
      return { failed: false, value: yield* this.#enterBody(body) };
    } catch (error) {
      return { failed: true, error };
    }
  }

  /** Calls the body. Its strand is known before its first part runs, which may cancel the group. */
  #enterBody<T>(body: (group: this) => Body<T>): Drivable<T> {
    const begin = (strand: Strand): void => {
      this.#strand = strand;
      if (this.#aborting && this.#asked === null) this.#askHost(); // cancelled before the run
    };
    if (isGeneratorFunction(body)) {
      begin(this.#host!);
      return enterBody(body, this).steps;
    }
    const { strand, steps } = enterBody(() => {
      begin(currentStrand() as Strand);
      return body(this);
    });
    if (strand !== this.#strand && this.#asked !== null) strand.requests++; // no async function after all: it goes on in the host
    this.#strand = strand;
    return steps;
  }

  /** Gives the cancellation that interrupted the body or the waiting. */
  *#waitForTasks(outcome: Outcome<unknown>): CoroutineGenerator<unknown> {
    let interruption: unknown = outcome.failed && isCancelled(outcome.error) ? outcome.error : null;
    if (outcome.failed) this.#abort();
    while (this.#tasks.size > 0) {
      this.#allEnded = new Future<void>({ loop: this.#loop! });
      try {
        yield* this.#allEnded;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        interruption ??= error;
        this.#abort();
      }
      this.#allEnded = null;
    }
    return interruption;
  }

  /** All have ended: gives what the body gave, or throws. */
  #leave<T>(outcome: Outcome<T>, interruption: unknown): T {
    const asked = this.#asked !== null;
    const left = this.#takeBack();
    const errors = this.#errors;
    const isError = outcome.failed && !isCancelled(outcome.error);
    if (interruption !== null && errors.length === 0 && !isError && !(asked && left === 0)) throw interruption;
    if (isError) errors.push(outcome.error);
    if (errors.length > 0) {
      if (left > 0) this.#repeatRequest();
      throw new ExceptionGroup("unhandled errors in a TaskGroup", errors);
    }
    return outcome.failed ? undefined as T : outcome.value;
  }

  /** The end, or the coroutine was closed while it was suspended. */
  #close(): void {
    this.#host!.leaveScope(this.#level);
    if (this.#tasks.size > 0) this.#abort();
    this.#exiting = true;
    this.#finished = true;
  }

  // -------------------------------------------------------------- cancellation

  #abort(): void {
    if (this.#aborting) return;
    this.#aborting = true;
    for (const task of this.#tasks) if (!task.done()) task.cancel();
  }

  /** Asks the body to end; where that has ended the task is waiting for nothing else than the group. */
  #askHost(): void {
    this.#asked = this.#exiting ? "end" : "body";
    if (this.#exiting) this.#host!.task._countRequest(1);
    else this.#strand!.cancelByScope(this.#strand === this.#host ? this.#level : 0);
  }

  /** Takes the group's own request back; gives how many are left that came from outside. Scopes beside this one in its task are not outside. */
  #takeBack(): number {
    const host = this.#host!;
    const ofTask = (host.task as Task).cancelling() - (this.#asked === null ? 0 : 1);
    const ofHost = host.requests - (this.#asked === "body" && this.#strand === host ? 1 : 0);
    const left = Math.max(0, Math.min(ofTask, ofHost));
    if (this.#asked === "end") host.task._countRequest(-1);
    else if (this.#asked === "body") this.#strand!.takeBackByScope(left === 0 ? Infinity : -1, host);
    this.#asked = null;
    return left;
  }

  /** Errors have hidden a request from outside: it is delivered again, where the task next waits, and not counted twice. */
  #repeatRequest(): void {
    const host = this.#host!;
    const { requests } = host;
    host.cancel();
    host.requests = requests;
  }

  /**
   * A task of the group has ended.
   * @internal
   */
  _childEnded(task: Task<unknown>): void {
    this.#tasks.delete(task);
    const waiting = this.#allEnded;
    if (waiting !== null && this.#tasks.size === 0 && !waiting.done()) waiting.setResult(undefined);
    if (task.cancelled() || !task._failed()) return;
    const exception = task.exception();
    if (this.#finished) {
      const message = `Task ${task} has failed, but the task that ran its group has ended`;
      return this.#loop!.callExceptionHandler({ message, exception, task });
    }
    this.#errors.push(exception);
    if (this.#aborting) return;
    this.#abort();
    this.#askHost();
  }
}

/** Tells a group of the end of one of its tasks, in a turn of the loop. */
class Child implements Runnable {
  readonly #group: TaskGroup;
  readonly #task: Task<unknown>;

  constructor(group: TaskGroup, task: Task<unknown>) {
    this.#group = group;
    this.#task = task;
  }

  _run(): void {
    this.#group._childEnded(this.#task);
  }

  _whoWaits(): object | null {
    return this.#group._task();
  }
}

/** What was not started never starts. */
function closeRefused(coroutine: unknown): void {
  if (typeof coroutine !== "object" || coroutine === null || coroutine instanceof Future) return;
  const { close, return: end } = coroutine as { close?: unknown; return?: unknown };
  if (typeof close === "function") close.call(coroutine);
  else if (typeof end === "function") end.call(coroutine);
}

/**
 * Runs `body(group)` in the calling task, and gives what it returns once all tasks made with `group.createTask` have ended.
 *
 *     const [a, b] = await taskGroup(async (group) => [group.createTask(fetchOne), group.createTask(fetchTwo)]);
 *     a.result(); // both have ended
 *
 * @throws ExceptionGroup of the errors of tasks and body. The first one cancels the rest.
 */
export function taskGroup<T>(body: (group: TaskGroup) => Body<T>): Awaitable<T> {
  return new TaskGroup().run(body);
}
