/**
 * What a job can do beside its work: look whether it was cancelled, and call on the loop that started its worker.
 *
 * @module
 */
import { checkDelay, Future, running, type WorkerCall } from "../core/mod.ts";
import { RuntimeError, TimeoutError, UnsupportedOperationError } from "../errors.ts";
import { decodeError } from "./error_codec.ts";
import type { Answer } from "./messages.ts";
import { checkModuleFunction, type ModuleFunction } from "./module_function.ts";
import { unwrap } from "./transfer.ts";

/**
 * In a worker: whether the future of the job that runs was cancelled. A job that takes long looks now and then, and ends as it likes: its result is dropped.
 * In a process it is known only after an `await`. False outside workers.
 */
export function cancelRequested(): boolean {
  return running.worker?._cancelRequested() ?? false;
}

/** A call on the loop that started the worker. */
export interface ThreadsafeCall<R> extends Future<R> {
  /**
   * Blocks the thread until the call has come to something, or `timeout` milliseconds are over, and gives its result.
   *
   * @throws what the function threw; CancelledError when it was cancelled; TimeoutError when the time is over, and the call goes on;
   * UnsupportedOperationError in a process, which can only await it.
   */
  result(timeout?: number): R;
}

/**
 * In a worker: calls an exported function, a coroutine function or not, on the loop that started the worker, in a task of its own, and gives a future of what
 * it comes to. The call begins at once; cancelling the future cancels the task.
 *
 * @throws RuntimeError outside workers, TypeError for a function that is not from `moduleFunctions`, or an argument that cannot be cloned.
 */
export function runCoroutineThreadsafe<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...args: A): ThreadsafeCall<R> {
  checkModuleFunction(fn, "call on the loop");
  if (running.worker === null) {
    throw new RuntimeError("Cannot call on the loop of the owner: this is no worker; createTask() starts it here");
  }
  return new CallFuture<R>(fn, args);
}

class CallFuture<R> extends Future<R> implements WorkerCall {
  readonly #id: number;

  constructor({ url, name }: ModuleFunction<never, unknown>, args: readonly unknown[]) {
    super();
    const list: object[] = [];
    const call = { url, name, args: args.map((arg) => unwrap(arg, list)) };
    try {
      this.#id = running.worker!._call(call, this, list);
    } catch (error) {
      throw new TypeError(`Cannot send the arguments of ${name}(): ${(error as Error).message}`, { cause: error });
    }
  }

  override result(timeout: number = Infinity): R {
    checkDelay(timeout, "result");
    if (!this.done()) this.#block(timeout);
    return super.result();
  }

  #block(timeout: number): void {
    try {
      running.worker!._block(this, timeout);
    } catch (error) {
      throw new UnsupportedOperationError((error as Error).message);
    }
    if (!this.done()) throw new TimeoutError();
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    running.worker!._cancelCall(this.#id, message === undefined ? "" : String(message));
    return true;
  }

  /** @internal */
  _answered({ error, value }: Answer): void {
    if (this.done()) return;
    if (error === undefined) return this.setResult(value as R);
    const decoded = decodeError(error);
    if ((decoded as { name?: unknown }).name === "CancelledError") this._cancelWith(decoded);
    else this._complete(2, decoded);
  }
}
