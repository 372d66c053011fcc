/**
 * What is running on this thread: the only module-level mutable state of the library. And the faces that the
 * parts of the kernel show each other, so that none of them has to import what stands above it.
 *
 * @module
 */
import type { ContextStorage, Steppable } from "../runtime/host.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** What context variables hold, by variable. Never changed in place, so that contexts may share it. */
export type Values = ReadonlyMap<object, unknown>;

/** A context of variables; core/context.ts has the class. */
export interface ContextFace {
  _values: Values;
}

/** Something in the ready queue of a loop. */
export interface Runnable {
  /** Called by the loop in its turn. Never throws. */
  _run(): void;
  /** Whether it calls functions of the user, which are to see the loop's own context, and no task's. */
  readonly _callsUser?: boolean;
  /** Whom it wakes: a task, or a future that stands for others; null where that is not known. For those who look at who waits for whom. */
  _whoWaits?(): object | null;
}

/** Something that a strand waits for. */
export interface Waiting {
  /** Asks it to end with CancelledError; false when it has ended already. */
  cancel(message?: string): boolean;
  /** Whether it ended so, and whoever waits is still to hear of it. */
  cancelled(): boolean;
  /** What it is called where it is a function that waits, as in a call stack; "" where it is none. */
  readonly _label?: string;
}

/** A task, as strands and the loop see it. */
export interface TaskFace {
  readonly _loop: LoopFace;
  readonly _context: ContextFace;
  /** What `_context` holds, without making it. */
  readonly _values: Values;
  /** The neighbours in the loop's list of tasks. */
  _previous: TaskFace | null;
  _next: TaskFace | null;
  done(): boolean;
  /** A scope asked a strand of the task to end, or takes that back (-1). */
  _countRequest(change: 1 | -1): void;
}

/** What a generator hands to the kernel when it has to wait; each is its own iterator result meanwhile, to save an object for each wait. */
export interface Suspension extends Waiting {
  /** Has `strand` run when this is over. Gives an error, to be thrown at the generator, when the strand cannot wait for this. */
  _park(strand: StrandFace & Runnable): Error | null;
  /** Whether the task goes on by itself meanwhile, as in a body that is an async function: then the drain stays held. */
  readonly _goesOn?: boolean;
  /** Whether nobody has begun to wait for it: then it is an awaitable that was yielded without a star. */
  readonly _unused?: boolean;
}

/** Something in the heap of timers of a loop. */
export interface TimerItem extends Runnable {
  /** Those of one deadline run in the order of these numbers. */
  _sequence: number;
  /** Whether it is in the heap. */
  _scheduled: boolean;
  /** Whether it was cancelled, and is not to be run. */
  _dropped(): boolean;
}

/** A line of execution of a task, as what is waited for sees it. */
export interface StrandFace extends Waiting {
  readonly loop: LoopFace;
  readonly task: TaskFace;
  /** Takes note of something that an async function of this strand waits for. */
  _wait(waiting: Waiting): void;
  /** The wait is over. */
  _unwait(waiting: Waiting): void;
  /** Whether something has to be thrown at the strand where it goes on. */
  _hasInjection(): boolean;
  /** What has to be thrown; forgets it. */
  _takeInjection(): unknown;
}

/** A loop, as futures, tasks and strands see it. */
export interface LoopFace {
  readonly _runtime: Runtime;
  /** In debug mode. */
  readonly _notes: NotesFace | null;
  readonly _storage: ContextStorage;
  isRunning(): boolean;
  isClosed(): boolean;
  getDebug(): boolean;
  time(): number;
  callExceptionHandler(context: { message: string; [key: string]: unknown }): void;
  /** Adds to the ready queue. */
  _schedule(item: Runnable): void;
  /** An async function of this strand was woken: the drain stops until its task suspends or ends. */
  _hold(strand: StrandFace): void;
  /** The task suspended or ended: the drain goes on. */
  _release(task: TaskFace): void;
  /** Runs without being asked to: the default loop. */
  _serve(): void;
  _addTask(task: TaskFace): void;
  _removeTask(task: TaskFace): void;
  /** A future failed; it is reported later if nobody looks at the error. */
  _noteFailure(future: object): void;
  /** Runs `item` at the time `when`, unless it is dropped before. */
  _addTimer(when: number, item: TimerItem): void;
  /** A timer in the heap was cancelled. */
  _timerCancelled(): void;
}

/** What a loop in debug mode takes note of. */
export interface NotesFace {
  /** Where it is made. */
  note(made: object): void;
  /** That it is to be awaited. */
  noteCoroutine(coroutine: { readonly _unused: boolean; readonly _label: string }): void;
  /** That it need not be. */
  forget(coroutine: object): void;
  /** Where it was made. */
  originOf(made: object): readonly string[] | undefined;
  /** That `made` was made where `other` was. */
  noteAs(made: object, other: object): void;
}

/** What the host's context storage carries: a strand, or the loop whose callbacks run. */
export interface Store extends Steppable {
  readonly loop: LoopFace;
  /** The strand that code in this context belongs to; null for callbacks and after the task's end. */
  _strand(): StrandFace | null;
}

interface Running {
  /** The loop that is on the stack; null while async functions run in microtasks, and outside. */
  loop: LoopFace | null;
  /** The strand on the stack; meaningful only while `loop` is set. */
  strand: StrandFace | null;
  /** The context of variables that was entered by hand or by a callback; null means the task's own. */
  context: ContextFace | null;
  /** The context of variables of code outside any task. */
  outside: ContextFace | null;
  /** The host's storage, known once a loop was made. */
  storage: ContextStorage | null;
  /** Makes the thread's default loop; filled by event_loop.ts. */
  makeDefaultLoop: (() => LoopFace) | null;
  defaultLoop: LoopFace | null;
  /** How many tasks were made, for their names. */
  tasks: number;
  /** Whether any loop was in debug mode. */
  debugs: boolean;
  /** Called by what a generator waits for when it is asked for its next step: someone only wants to see the stack. */
  probe: (() => void) | null;
  /** What tsyncio/gen was told to make futures of: conversions, by the prototypes of the registered types. */
  yieldables: Map<object, (value: never) => unknown> | null;
  /** The executor's worker that this thread is; filled when it begins to serve. */
  worker: WorkerFace | null;
}

/** A worker of an executor, as the functions that jobs call see it. */
export interface WorkerFace {
  /** Whether the job that runs was cancelled. */
  _cancelRequested(): boolean;
  /** Has the owner's loop call a function; gives the number of the call. */
  _call(call: object, answered: WorkerCall, transfer: readonly object[]): number;
  /** Tells that nobody waits for the call any more. */
  _cancelCall(id: number, message: string): void;
  /** Blocks the thread until the call is answered, or `timeout` milliseconds are over. */
  _block(call: WorkerCall, timeout: number): void;
}

/** A call on the owner's loop, as the worker sees it. */
export interface WorkerCall {
  done(): boolean;
  _answered(answer: object): void;
}

/** The state of this thread. */
export const running: Running = {
  loop: null,
  strand: null,
  context: null,
  outside: null,
  storage: null,
  makeDefaultLoop: null,
  defaultLoop: null,
  tasks: 0,
  debugs: false,
  probe: null,
  yieldables: null,
  worker: null,
};

/** What the host's storage carries here; null outside. */
export function currentStore(): Store | null {
  return (running.storage?.current() as Store | undefined) ?? null;
}

/** The strand that is running: the one on the stack, or the one whose async function runs; null in callbacks and outside. */
export function currentStrand(): StrandFace | null {
  if (running.loop !== null) return running.strand;
  const store = running.storage?.current() as Store | undefined;
  return store === undefined ? null : store._strand();
}

/** The loop that runs this code; null outside. */
export function runningLoop(): LoopFace | null {
  if (running.loop !== null) return running.loop;
  const store = currentStore();
  return store !== null && store.loop.isRunning() ? store.loop : null;
}

/** The loop that runs this code, else the thread's default loop. */
export function someLoop(): LoopFace {
  return runningLoop() ?? defaultLoop();
}

function defaultLoop(): LoopFace {
  if (running.defaultLoop === null || running.defaultLoop.isClosed()) {
    if (running.makeDefaultLoop === null) throw new Error("Cannot use the default loop: the library's event loop was not loaded");
    running.defaultLoop = running.makeDefaultLoop();
  }
  if (!running.defaultLoop.isRunning()) running.defaultLoop._serve();
  return running.defaultLoop;
}
