/**
 * Task: a coroutine that a loop runs.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { RuntimeError } from "../errors.ts";
import { asPromise, isDrivable, isPromiseLike, type Startable } from "./awaitable.ts";
import { isCancelled } from "./cancelled.ts";
import { framesOfStrand, liveFrames } from "./call_stack.ts";
import { Context, contextOf, currentValues } from "./context.ts";
import { framesOf } from "./debug_notes.ts";
import { asText, Future } from "./future.ts";
import { currentStore, currentStrand, running, runningLoop, type TaskFace, type Values } from "./running.ts";
import { Strand } from "./strand.ts";

/** How a task is to be made. */
export interface TaskOptions {
  /** For people; "Task-N" without one. */
  readonly name?: string;
  /** The context variables that it works on; without one a copy of the current ones. */
  readonly context?: Context;
  /** Run the first step at once, inside the constructor, if the loop is running. */
  readonly eagerStart?: boolean;
}

/**
 * A coroutine that a loop runs beside others. It is a Future of what the coroutine returns or throws.
 *
 * `cancel()` asks it to end: CancelledError is thrown where it waits, so that `catch` and `finally` run, and may wait. A task
 * that swallows the error goes on. A task that was cancelled before its first step never runs its body.
 *
 *     cancel() ──▶ requests + 1, what it waits for is cancelled (or the request is kept for the next wait)
 *     uncancel() ─▶ requests − 1; at 0 a kept request is forgotten
 *
 * `setResult` and `setException` are refused: only the coroutine completes a task.
 */
export class Task<T = unknown> extends Future<T> {
  /** The context variables; only what they hold, until someone needs the context itself. */
  #context: Context | Values;
  readonly #root: RootStrand;
  /** What the number stands for is spelled when it is asked for. */
  #name: string | number;
  #requests = 0;
  /** @internal */
  _previous: TaskFace | null = null;
  /** @internal */
  _next: TaskFace | null = null;

  /**
   * Its first step comes in the loop's next turn, unless `eagerStart` asks for it at once.
   *
   * @throws TypeError as `createTask`.
   */
  constructor(coroutine: Startable<T>, options: TaskOptions & { readonly loop?: object } = {}) {
    checkStartable(coroutine);
    super(options);
    const loop = this._loop;
    if (loop.isClosed()) throw new RuntimeError("Event loop is closed");
    this.#name = options.name === undefined ? ++running.tasks : String(options.name);
    this.#context = options.context ?? currentValues();
    if (options.context !== undefined && !(options.context instanceof Context)) {
      throw new TypeError(`Cannot create a task: its context is no Context but ${typeof options.context}`);
    }
    claim(coroutine);
    this.#root = new RootStrand(this as Task, coroutine);
    loop._addTask(this);
    if (options.eagerStart === true && loop.isRunning() && (runningLoop() ?? loop) === loop) this.#root.startNow();
    else loop._schedule(this.#root);
  }

  /** "Task". */
  override get [Symbol.toStringTag](): string {
    return "Task";
  }

  /**
   * Asks the task to end with CancelledError, thrown where it waits, now or when it next waits. False when it is done already.
   * How often it was asked is counted: see `cancelling`.
   */
  override cancel(this: Task<unknown>, message?: string): boolean {
    if (this.done()) return false;
    this.#requests++;
    this.#root.cancel(asText(message));
    return true;
  }

  /** How many requests for cancellation were made and not taken back. */
  cancelling(): number {
    return this.#requests;
  }

  /**
   * Takes back one request; gives how many are left. At none, a request that was not delivered yet is forgotten (3.13).
   * For scopes that cancel their own task, as timeouts do.
   */
  uncancel(): number {
    if (this.#requests > 0) this.#requests--;
    this.#root.uncancel(this.#requests === 0);
    return this.#requests;
  }

  /**
   * A scope has cancelled a strand of this task, or takes that back (-1).
   * @internal
   */
  _countRequest(change: 1 | -1): void {
    this.#requests = Math.max(this.#requests + change, 0);
  }

  /** @internal */
  get _context(): Context {
    if (this.#context instanceof Context) return this.#context;
    return this.#context = contextOf(this.#context);
  }

  /** @internal */
  get _values(): Values {
    return this.#context instanceof Context ? this.#context._values : this.#context;
  }

  /** Its name: for people, and in reports. */
  getName(): string {
    return typeof this.#name === "number" ? `Task-${this.#name}` : this.#name;
  }

  /** Gives it another name. */
  setName(name: string): void {
    this.#name = String(name);
  }

  /** What it was made of; null for a task that ended in its eager first step. */
  getCoro(): unknown {
    return this.#root.coroutine;
  }

  /** The context variables that it works on. */
  getContext(): Context {
    return this._context;
  }

  /**
   * Where its code is suspended, or running, outermost frame first, as engines write frames; of a task that failed the frames of its error; none when it has ended
   * otherwise. With a limit: so many, of a suspended task the newest, of a failed one the oldest.
   *
   * Of an async function that is suspended engines do not tell where; then its name stands there, and what it waits for.
   */
  getStack(limit?: number): string[] {
    if (this._failed()) {
      const frames = framesOf((this._failure!.exception as Partial<Error> | null)?.stack).reverse();
      return limit === undefined ? frames : frames.slice(0, limit);
    }
    const frames = this._frames(liveFrames()).reverse();
    return limit === undefined || limit >= frames.length ? frames : frames.slice(frames.length - limit);
  }

  /** Writes what `getStack` gives, line by line, with `write`, or `console.error` at once. */
  printStack(options: { readonly limit?: number; readonly write?: (line: string) => void } = {}): void {
    const frames = this.getStack(options.limit);
    const title = frames.length === 0
      ? `No stack for ${this}`
      : `${this._failed() ? "Traceback" : "Stack"} for ${this} (most recent call last):`;
    const lines = [title, ...frames.map((frame) => `    at ${frame}`)];
    if (this._failed()) lines.push(String(this._failure!.exception));
    if (options.write === undefined) console.error(lines.join("\n"));
    else for (const line of lines) options.write(line);
  }

  /**
   * Innermost first; `live` are those on the stack.
   * @internal
   */
  _frames(live: readonly string[]): string[] {
    return this.done() ? [] : framesOfStrand(this.#root, live);
  }

  /** Aborts with a CancelledError when the task is cancelled. Made when first asked for, and anew after it has aborted. */
  get signal(): AbortSignal {
    return this.#root.signal;
  }

  /**
   * Refused.
   *
   * @throws RuntimeError: only the coroutine completes a task.
   */
  override setResult(_value: T): void {
    throw new RuntimeError("Task does not support set_result operation");
  }

  /**
   * Refused.
   *
   * @throws RuntimeError: only the coroutine completes a task.
   */
  override setException(_error: unknown): void {
    throw new RuntimeError("Task does not support set_exception operation");
  }

  /** @internal */
  override _describe(): string {
    const cancelling = !this.done() && this.#requests > 0 ? "cancelling" : super._describe();
    return `${cancelling} name='${this.getName()}'`;
  }
}

/** The task that runs this code; null in callbacks and outside. With a loop: only if it is that loop's. */
export function currentTask(loop?: object): Task<unknown> | null {
  const strand = currentStrand();
  if (strand === null || (loop !== undefined && strand.loop !== loop)) return null;
  return strand.task as Task<unknown>;
}

/** The strand from which a task starts. */
class RootStrand extends Strand {
  /** What the task was made of, until it has ended in its eager step. */
  coroutine: unknown;

  constructor(task: Task, coroutine: unknown) {
    super(task);
    this.coroutine = coroutine;
    this.loop._storage.capture(this);
  }

  get #task(): Task {
    return this.task as Task;
  }

  override _functionName(): string {
    return typeof this.coroutine === "function" && this.coroutine.name !== "" ? this.coroutine.name : "<anonymous>";
  }

  /** The first step at once, on the stack of the maker. */
  startNow(): void {
    this.loop._storage.run(this, () => this.step());
    if (this.#task.done()) this.coroutine = null;
  }

  /** @internal */
  override _advance(): void {
    if (this._steps !== null) return super._advance();
    if (this._hasInjection()) return this.#refuseToBegin();
    const { coroutine } = this;
    let started: unknown;
    try {
      started = typeof coroutine === "function" ? coroutine() : coroutine;
      if (isDrivable(started)) this._steps = started[Symbol.iterator]();
      else if (isPromiseLike(started)) this.#follow(started);
      else throw notACoroutine(started);
    } catch (error) {
      return this._failed(error);
    }
    if (this._steps !== null) super._advance();
  }

  #follow(promise: PromiseLike<unknown>): void {
    const tellsWho = promise instanceof Promise && this.loop._storage.woken === undefined;
    if (tellsWho) void promise.then(bodyReturned, bodyThrew);
    else asPromise(promise).then((value) => this._succeeded(value), (error) => this._failed(error));
    this.scope = null; // `await` keeps the context by itself
    this.loop._hold(this);
  }

  /** Cancelled before the first step: the body never runs. */
  #refuseToBegin(): void {
    const coroutine = this.coroutine as { return?: (value: unknown) => unknown; close?: () => void };
    if (typeof coroutine !== "function") coroutine.close === undefined ? coroutine.return?.(undefined) : coroutine.close();
    this._failed(this._takeInjection());
  }

  /** @internal */
  _succeeded(value: unknown): void {
    if (this._hasInjection()) return this._failed(this._takeInjection()); // cancelled right before its end
    this.#task._complete(1, value);
    this.#leave();
  }

  /** @internal */
  _failed(error: unknown): void {
    if (isCancelled(error)) this.#task._cancelWith(error);
    else this.#task._complete(2, error);
    this.#leave();
  }

  #leave(): void {
    this._steps = null;
    this.loop._removeTask(this.task);
    this.loop._release(this.task);
  }
}

// The reactions to the promise of a task's async function. A promise calls them in the context in which they were registered, which
// names the strand: so they serve all tasks, and none keeps closures of its own.

function bodyReturned(value: unknown): void {
  (currentStore() as unknown as RootStrand)._succeeded(value);
}

function bodyThrew(error: unknown): void {
  (currentStore() as unknown as RootStrand)._failed(error);
}

/** On a generator that a task drives. */
const CLAIMED: unique symbol = Symbol("driven by a task");

/** A generator runs once: a second task would find it running or, silently, at its end. */
function claim(coroutine: unknown): void {
  if (typeof coroutine === "function" || !("throw" in (coroutine as object)) || !("next" in (coroutine as object))) return;
  const generator = coroutine as { [CLAIMED]?: true };
  if (generator[CLAIMED]) throw new RuntimeError("cannot reuse already awaited coroutine: this generator belongs to another task");
  generator[CLAIMED] = true;
}

/** @throws TypeError unless `value` can become a task. */
export function checkStartable(value: unknown): void {
  if (typeof value === "function") return;
  if (value instanceof Future) {
    throw new TypeError(`Cannot create a task: a coroutine was expected, got ${value}, which is running already`);
  }
  if (isDrivable(value)) return;
  if (isPromiseLike(value)) {
    throw new TypeError(
      "Cannot create a task: a promise is running already. Pass the function that makes it, or wrap it with ensureFuture()",
    );
  }
  throw new TypeError(`Cannot create a task: a coroutine was expected, got ${typeName(value)}`);
}

function notACoroutine(value: unknown): TypeError {
  return new TypeError(`Cannot run a task: its function returned ${typeName(value)}, not a promise or generator`);
}
