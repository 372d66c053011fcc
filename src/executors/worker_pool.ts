/**
 * What pools of threads and of processes have in common: all but the kind of their workers.
 *
 * @module
 */
import { Deque } from "../_internal/deque.ts";
import { typeName } from "../_internal/type_name.ts";
import {
  type Awaitable,
  awaitable,
  type BaseEventLoop,
  checkDelay,
  type CoroutineGenerator,
  currentLoop,
  Future,
  type Items,
  makeCancelledError,
  optional,
} from "../core/mod.ts";
import { BrokenExecutor, RuntimeError, UnsupportedOperationError } from "../errors.ts";
import type { TimerToken } from "../runtime/host.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { WorkerDriver, WorkerKind } from "../runtime/worker_driver.ts";
import { decodeError, type Encoded } from "./error_codec.ts";
import { MapItems } from "./map_items.ts";
import type { Call } from "./messages.ts";
import type { ExecutorOptions, ShutdownOptions } from "./options.ts";
import { checkModuleFunction, type ModuleFunction } from "./module_function.ts";
import { checkForProcess, unwrap } from "./transfer.ts";
import { type SlotOwner, WorkerSlot } from "./worker_slot.ts";

/** The longest delay, in milliseconds, that hosts take. */
const LONGEST = 2 ** 31 - 1;

/** A job.  queued ── begun ──▶ running ── ended ──▶ done; a cancelled one is forgotten when it is queued, and flagged when it runs. */
class Job<R = unknown> extends Future<R> {
  readonly call: Call;
  readonly loop: BaseEventLoop;
  readonly #pool: WorkerPool;
  /** The worker that runs it. */
  slot: WorkerSlot<Job> | null = null;
  /** Whether it has ended there; a job whose loop has not come to that yet can still be cancelled. */
  ended = false;

  constructor(pool: WorkerPool, loop: BaseEventLoop, call: Call) {
    super({ loop });
    this.#pool = pool;
    this.loop = loop;
    this.call = call;
  }

  /** Always wins: what a running job comes to is dropped. The cause of the error says what becomes of the job. */
  override cancel(message?: string): boolean {
    if (this.done()) return false;
    const error = makeCancelledError(message === undefined || message === null ? undefined : String(message), this._loop);
    Object.defineProperty(error, "cause", { value: new RuntimeError(this.#pool._jobCancelled(this)), configurable: true, writable: true });
    this._cancelWith(error);
    return true;
  }

  /** Completes it, inside its loop. */
  settle(outcome: { readonly value: unknown } | { readonly failure: unknown }): void {
    this.loop._deliver(() => {
      if (this.done()) return;
      if ("value" in outcome) this._complete(1, outcome.value);
      else this._complete(2, outcome.failure);
    });
  }
}

/** Workers of one kind, and their jobs. */
export class WorkerPool implements SlotOwner {
  readonly #kind: WorkerKind;
  readonly #options: ExecutorOptions;
  readonly #initializer: Call | null;
  readonly #queue = new Deque<Job>();
  readonly #slots = new Set<WorkerSlot<Job>>();
  readonly #idle: WorkerSlot<Job>[] = [];
  #starting = 0;
  #workers = 0;
  #closing = false;
  /** Why it takes no jobs any more. */
  #broken: { readonly reason: string; readonly cause: unknown } | null = null;
  readonly #waiters = new Set<Future<void>>();

  constructor(kind: WorkerKind, options: ExecutorOptions) {
    checkOptions(kind, options);
    this.#kind = kind;
    this.#options = options;
    const { initializer, initargs } = options;
    this.#initializer = initializer === undefined ? null : { url: initializer.url, name: initializer.name, args: [...initargs ?? []] };
  }

  /** Submits all jobs at once. */
  map<A extends unknown[], R>(fn: ModuleFunction<A, R>, ...iterables: { [K in keyof A]: Iterable<A[K]> }): Items<R> {
    return new MapItems(zip(iterables as readonly Iterable<unknown>[]).map((args) => this.submit(currentLoop(), fn, args as A)));
  }

  /** The future belongs to `loop`. */
  submit<A extends unknown[], R>(loop: BaseEventLoop, fn: ModuleFunction<A, R>, args: A): Future<R> {
    checkModuleFunction(fn, "submit a job");
    loop._checkOpen();
    if (this.#broken !== null) {
      throw new BrokenExecutor(`Cannot submit a job: the executor is broken, as ${this.#broken.reason}`, { cause: this.#broken.cause });
    }
    if (this.#closing) throw new RuntimeError("cannot schedule new futures after shutdown");
    driverOf(loop, this.#kind);
    const job = new Job<R>(this, loop, { url: fn.url, name: fn.name, args });
    this.#queue.push(job as Job);
    this.#dispatch(loop);
    return job;
  }

  /** Gives queued jobs to idle workers, and starts workers that are missing. */
  #dispatch(loop: BaseEventLoop): void {
    for (;;) {
      while (this.#queue.peek()?.done()) this.#queue.shift();
      if (this.#queue.length === 0 || this.#idle.length === 0) break;
      this.#begin(this.#idle.pop()!, this.#queue.shift()!);
    }
    const driver = driverOf(loop, this.#kind);
    const most = this.#options.maxWorkers ?? (this.#kind === "thread" ? Math.min(32, driver.parallelism + 4) : driver.parallelism);
    while (this.#starting < this.#queue.length && this.#slots.size < most && this.#broken === null) this.#start(loop, driver);
  }

  #start(loop: BaseEventLoop, driver: WorkerDriver): void {
    const name = `${this.#options.name ?? `tsyncio-${this.#kind}`}-${this.#workers++}`;
    try {
      this.#slots.add(new WorkerSlot<Job>(this, loop, driver, this.#kind, name, this.#initializer));
      this.#starting++;
    } catch (error) {
      this.#break(`the host could not start a ${this.#kind}`, error);
    }
  }

  #begin(slot: WorkerSlot<Job>, job: Job): void {
    try {
      slot.begin(job);
      job.slot = slot;
    } catch (failure) {
      job.settle({ failure });
      this.#idle.push(slot);
    }
  }

  /** The worker has nothing to do: it gets the next job, or rests, or ends. */
  #next(slot: WorkerSlot<Job>): void {
    if (slot.jobs >= (this.#options.maxTasksPerChild ?? Infinity)) {
      this.#retire(slot);
      return;
    }
    this.#idle.push(slot);
    const next = this.#nextLoop();
    if (next !== null) this.#dispatch(next);
    if (slot.job !== null) return;
    if (this.#closing) {
      this.#idle.splice(this.#idle.indexOf(slot), 1);
      this.#retire(slot);
    } else slot.rest();
  }

  /** The loop of the next job. */
  #nextLoop(): BaseEventLoop | null {
    while (this.#queue.peek()?.done()) this.#queue.shift();
    return this.#queue.peek()?.loop ?? null;
  }

  /** Its place is free once it has ended. */
  #retire(slot: WorkerSlot<Job>): void {
    slot.stop();
  }

  // -------------------------------------------------------------- what workers tell

  /** @internal */
  _ready(slot: WorkerSlot<Job>): void {
    this.#starting--;
    this.#next(slot);
  }

  /** @internal */
  _failedToStart(slot: WorkerSlot<Job>, error: Encoded): void {
    this.#break("its initializer failed", decodeError(error));
    slot.terminate();
  }

  /** @internal */
  _jobEnded(slot: WorkerSlot<Job>, outcome: { readonly value: unknown } | { readonly error: Encoded }): void {
    const job = slot.job;
    if (job === null) return;
    this.#ended(slot, job);
    if (!job.done()) job.settle("error" in outcome ? { failure: decodeError(outcome.error) } : outcome);
    this.#next(slot);
  }

  #ended(slot: WorkerSlot<Job>, job: Job): void {
    slot.job = job.slot = null;
    job.ended = true;
    this.#forgetTimer(job);
  }

  /** @internal */
  _exited(slot: WorkerSlot<Job>, how: string, error: unknown): void {
    this.#slots.delete(slot);
    const at = this.#idle.indexOf(slot);
    if (at >= 0) this.#idle.splice(at, 1);
    const job = slot.job;
    if (job !== null) {
      this.#ended(slot, job);
      const cause = error === undefined ? {} : { cause: error };
      if (!job.done()) job.settle({ failure: new BrokenExecutor(`Cannot finish ${job.call.name}(): its worker ${how}`, cause) });
    }
    if (!slot.started) {
      this.#starting--;
      this.#break(`a worker ${how} before it was ready`, error);
    }
    const next = this.#nextLoop();
    if (next !== null) this.#dispatch(next);
    if (this.#slots.size === 0) this.#tellWaiters();
  }

  #break(reason: string, cause: unknown): void {
    this.#broken ??= { reason, cause };
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      if (!job.done()) job.settle({ failure: new BrokenExecutor(`Cannot begin ${job.call.name}(): ${reason}`, { cause }) });
    }
  }

  // -------------------------------------------------------------- cancellation

  readonly #timers = new Map<Job, { readonly runtime: Runtime; readonly token: TimerToken }>();

  /**
   * Gives what becomes of the job.
   * @internal
   */
  _jobCancelled(job: Job): string {
    const { slot } = job;
    const { terminateAfter = Infinity } = this.#options;
    if (job.ended) return "the job had ended: what it came to is dropped";
    if (slot === null) return "the job was queued, and is dropped";
    slot.cancel();
    if (terminateAfter > LONGEST) return "the job was running: it is told, and goes on until it looks at cancelRequested()";
    const runtime = job.loop._runtime;
    this.#timers.set(job, { runtime, token: runtime.host.setTimer(terminateAfter, () => slot.terminate()) });
    return `the job was running: it is told, and its worker is terminated unless it ends within ${terminateAfter} ms`;
  }

  #forgetTimer(job: Job): void {
    const timer = this.#timers.get(job);
    timer?.runtime.host.clearTimer(timer.token);
    this.#timers.delete(job);
  }

  // -------------------------------------------------------------- the end

  /** Takes no more jobs, from the call on. */
  shutdown(options: ShutdownOptions = {}): Awaitable<void> {
    const { wait = true, cancelFutures = false } = options;
    this.#closing = true;
    if (cancelFutures) { for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) job.cancel(); }
    if (this.#nextLoop() === null) { for (const slot of this.#idle.splice(0)) this.#retire(slot); }
    return optional(awaitable(this.#waitForEnd(wait)));
  }

  *#waitForEnd(wait: boolean): CoroutineGenerator<void> {
    if (!wait || (this.#slots.size === 0 && this.#queue.length === 0)) return;
    const waiter = new Future<void>();
    this.#waiters.add(waiter);
    try {
      yield* waiter;
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  #tellWaiters(): void {
    for (const waiter of this.#waiters) {
      (waiter._loop as BaseEventLoop)._deliver(() => {
        if (!waiter.done()) waiter.setResult();
      });
    }
  }
}

function checkOptions(kind: WorkerKind, options: ExecutorOptions): void {
  const { maxWorkers, maxTasksPerChild, terminateAfter, initializer, initargs = [] } = options;
  for (const [name, value] of Object.entries({ maxWorkers, maxTasksPerChild })) {
    if (value === undefined) continue;
    if (typeof value !== "number") throw new TypeError(`Cannot make an executor: ${name} is a number, got ${typeName(value)}`);
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`Cannot make an executor: ${name} is a whole number of 1 or more, got ${value}`);
    }
  }
  if (terminateAfter !== undefined) checkDelay(terminateAfter, "terminateAfter");
  if (initializer !== undefined) checkModuleFunction(initializer, "make an executor");
  if (!Array.isArray(initargs)) throw new TypeError(`Cannot make an executor: initargs is an array, got ${typeName(initargs)}`);
  checkInitargs(kind, initargs);
}

/** Each worker gets a copy of them: what can only be moved is of no use. */
function checkInitargs(kind: WorkerKind, initargs: readonly unknown[]): void {
  const moved: object[] = [];
  for (const arg of initargs) unwrap(arg, moved);
  if (moved.length > 0) throw new TypeError("Cannot make an executor: initargs cannot be transferred, as each worker gets them");
  try {
    if (kind === "process") checkForProcess(initargs);
    else structuredClone(initargs);
  } catch (error) {
    throw new TypeError(`Cannot make an executor: its initargs cannot be sent: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function driverOf(loop: BaseEventLoop, kind: WorkerKind): WorkerDriver {
  const { workers, name } = loop._runtime;
  if (workers === undefined) throw new UnsupportedOperationError(`Cannot start a ${kind}: the runtime ${name} has no workers`);
  return workers;
}

/** Up to the end of the shortest. */
function zip(iterables: readonly Iterable<unknown>[]): unknown[][] {
  const iterators = iterables.map((iterable) => iterable[Symbol.iterator]());
  const rows: unknown[][] = [];
  while (iterators.length > 0) {
    const row = iterators.map((iterator) => iterator.next());
    if (row.some(({ done }) => done)) break;
    rows.push(row.map(({ value }) => value));
  }
  return rows;
}
