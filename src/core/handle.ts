/**
 * Callbacks that a loop is asked to call: now, or at a time.
 *
 * @module
 */
import { Context, contextOf } from "./context.ts";
import { type LoopFace, running, type Values } from "./running.ts";

/** A callback of any type, as the loop keeps it. */
// deno-lint-ignore no-explicit-any -- its arguments are kept beside it, checked where both were given
export type Callback = (...args: any[]) => unknown;

const NO_ARGUMENTS: readonly unknown[] = [];

/** A call that is to come: what `callSoon` gives. */
export class Handle {
  /**
   * Null once cancelled.
   * @internal
   */
  _callback: Callback | null;
  /** @internal */
  _args: readonly unknown[];
  /** @internal */
  readonly _loop: LoopFace;
  /** The context; only what it holds, until someone needs the context itself. */
  #context: Context | Values;

  /** @internal */
  constructor(loop: LoopFace, callback: Callback, args: readonly unknown[], context: Context | Values) {
    this._loop = loop;
    this._callback = callback;
    this._args = args;
    this.#context = context;
  }

  /** The callback will not be called. Does nothing once it was called. */
  cancel(): void {
    this._callback = null;
    this._args = NO_ARGUMENTS;
  }

  /** Whether `cancel()` was called. */
  cancelled(): boolean {
    return this._callback === null;
  }

  /** The context variables that the callback sees: a copy of those at the time of scheduling. */
  getContext(): Context {
    if (this.#context instanceof Context) return this.#context;
    return this.#context = contextOf(this.#context);
  }

  /** @internal */
  get _callsUser(): boolean {
    return true;
  }

  /** @internal */
  _run(): void {
    const callback = this._callback;
    if (callback === null) return;
    running.context = this.getContext();
    try {
      callback(...this._args);
    } catch (error) {
      this._loop.callExceptionHandler({ message: `Exception in callback ${callbackName(callback)}`, exception: error, handle: this });
    }
    running.context = null;
  }

  /** For people. */
  toString(): string {
    return `<${this.constructor.name} ${this._callback === null ? "cancelled" : callbackName(this._callback)}>`;
  }
}

/** A callback of the library on a future, for another that goes on when that one is done. */
export class Link extends Handle {
  readonly #whom: object;

  /** @internal */
  constructor(loop: LoopFace, callback: Callback, args: readonly unknown[], context: Context | Values, whom: object) {
    super(loop, callback, args, context);
    this.#whom = whom;
  }

  /** @internal */
  _whoWaits(): object {
    return this.#whom;
  }
}

/** A call at a time: what `callLater` and `callAt` give. */
export class TimerHandle extends Handle {
  readonly #when: number;
  /** @internal */
  _sequence = 0;
  /** @internal */
  _scheduled = false;

  /** @internal */
  constructor(loop: LoopFace, when: number, callback: Callback, args: readonly unknown[], context: Context | Values) {
    super(loop, callback, args, context);
    this.#when = when;
  }

  /** @internal */
  _dropped(): boolean {
    return this._callback === null;
  }

  /** The callback will not be called. Does nothing once it was called. */
  override cancel(): void {
    if (this._callback === null) return;
    super.cancel();
    if (this._scheduled) this._loop._timerCancelled();
  }

  /** The deadline, in milliseconds of `loop.time()`. */
  when(): number {
    return this.#when;
  }
}

function callbackName(callback: Callback): string {
  return callback.name === "" ? "<anonymous>" : callback.name;
}

/** What every loop can do without input and output; `EventLoop` is the class that users meet, and documents them. */
export interface AbstractEventLoop {
  /** Whether it has been started and not stopped since. */
  isRunning(): boolean;
  /** Whether `close()` was called. */
  isClosed(): boolean;
  /** The turn under way is finished, then the loop stops. */
  stop(): void;
  /** Ends it for good. */
  close(): void;
  /** The loop's clock, in milliseconds. */
  time(): number;
  /** Calls back in the next turn. */
  callSoon<A extends unknown[]>(callback: (this: void, ...args: A) => void, ...args: A): Handle;
  /** The same as `callSoon`. */
  callSoonThreadsafe<A extends unknown[]>(callback: (this: void, ...args: A) => void, ...args: A): Handle;
  /** Calls back after `delay` milliseconds. */
  callLater<A extends unknown[]>(delay: number, callback: (this: void, ...args: A) => void, ...args: A): TimerHandle;
  /** Calls back at a time of `time()`. */
  callAt<A extends unknown[]>(when: number, callback: (this: void, ...args: A) => void, ...args: A): TimerHandle;
  /** Whether it is in debug mode. */
  getDebug(): boolean;
  /** Sets debug mode. */
  setDebug(enabled: boolean): void;
}
