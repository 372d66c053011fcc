/**
 * The turns of an event loop, as a guest of the host's loop.
 *
 * @module
 */
import { DeadlineHeap } from "../_internal/deadline_heap.ts";
import { Deque } from "../_internal/deque.ts";
import { RuntimeError } from "../errors.ts";
import type { ContextStorage, Hold, TimerToken } from "../runtime/host.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { currentValues } from "./context.ts";
import { DebugNotes } from "./debug_notes.ts";
import { type Callback, Handle } from "./handle.ts";
import {
  type LoopFace,
  type Runnable,
  running,
  runningLoop,
  type Store,
  type StrandFace,
  type TaskFace,
  type TimerItem,
} from "./running.ts";

/** A reaction to it runs in a microtask, on Node three times as cheap as `queueMicrotask`. */
const SETTLED = Promise.resolve();
/** How long, in milliseconds, turns are drained before the host gets one. */
const BUDGET = 1;
/** How many turns pass between two looks at the clock while no timer is pending. */
const TURNS_BETWEEN_LOOKS = 16;
/** After so many looks the host gets its turn even if no time has passed: a virtual clock stands still while there is work. */
const LOOKS = 1000;
/** Hosts take a delay of this or more, in milliseconds, for none. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** No session: what is scheduled waits for the next one. */
const STOPPED = 0;
/** Nothing is ready; the host calls back at an event or a timer. */
const IDLE = 1;
/** The host will call back on its next turn. */
const ARMED = 2;
/** The drain begins as soon as its context is entered. */
const RESUMING = 3;
/** The drain is on the stack. */
const DRAINING = 4;
/** A woken async function runs; the drain goes on when its task suspends or ends, or at the host's next turn. */
const HELD = 5;

/**
 * Sessions and turns. A turn is asyncio's: timers that are due join what is ready, all that is ready then runs once, in order, and what it
 * schedules runs in the next turn. Turns follow each other without going back to the host while there is work, within a budget of time.
 *
 *     STOPPED ── run ──▶ RESUMING ──▶ DRAINING ── nothing ready ──▶ IDLE ── event, timer ──▶ RESUMING
 *        ▲                               │  │ └── budget spent ──▶ ARMED ── host's turn ──▶ RESUMING
 *        └────────── stop() ─────────────┘  └── async function woken ──▶ HELD ── it suspends or ends ──▶ RESUMING
 *
 * Callbacks run in the context in which the session was started, so that they see no other code's context; tasks have contexts of their own.
 */
export abstract class Turns {
  /** In debug mode, steps and callbacks that take this many milliseconds or more are reported. */
  slowCallbackDuration = 100;
  /** @internal */
  readonly _runtime: Runtime;
  /** @internal */
  readonly _storage: ContextStorage;

  readonly #ready = new Deque<Runnable>();
  readonly #timers = new DeadlineHeap<TimerItem>();
  #sequence = 0;
  #cancelledTimers = 0;

  #state: 0 | 1 | 2 | 3 | 4 | 5 = STOPPED;
  #closed = false;
  #stopping = false;
  readonly #onStopped: (() => void)[] = [];
  #hold: Hold | null = null;
  /** Whether it serves without being run: the thread's default loop. */
  #serving = false;
  /** What the context storage carries for the loop's callbacks; of one session. */
  #root: LoopStore | null = null;
  /** Whether the drain runs in the loop's own context, and not in that of the async function that released it. */
  #inContext = false;
  readonly #goOn = (): void => void this.#drain(false);

  /** How many items of the turn under way are left. */
  #left = 0;
  #turns = 0;
  /** When the budget is spent; 0 until the clock was looked at. */
  #budgetEnd = 0;
  /** How often the clock was looked at since the host's last turn. */
  #looks = 0;
  /** Whether the host was asked for a turn. */
  #armed = false;
  readonly #onHostTurn = (): void => this.#hostTurn();
  #heldBy: TaskFace | null = null;
  /** When its step began; known in debug mode. */
  #heldSince = 0;
  #timer: { readonly token: TimerToken; readonly when: number } | null = null;

  #debug: boolean;
  /** @internal */
  _notes: DebugNotes | null;

  /** @internal */
  constructor(runtime: Runtime, debug: boolean) {
    this._runtime = runtime;
    this._storage = runtime.context;
    running.storage ??= runtime.context;
    this.#debug = debug;
    this._notes = debug ? new DebugNotes() : null;
  }

  // -------------------------------------------------------------- sessions

  /** Whether it has been started and not stopped since. */
  isRunning(): boolean {
    return this.#state !== STOPPED;
  }

  /** Whether `close()` was called. */
  isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Runs until `stop()`.
   *
   * @throws RuntimeError (as a rejection) when the loop is closed or running, or inside a callback or task of any loop.
   */
  async runForever(): Promise<void> {
    this._checkRunnable();
    this.#startSession();
    await new Promise<void>((resolve) => this.#onStopped.push(resolve));
  }

  /**
   * Stops it, and settles when it has stopped.
   * @internal
   */
  async _stopAndWait(): Promise<void> {
    if (!this.isRunning()) return;
    this.stop();
    await new Promise<void>((resolve) => this.#onStopped.push(resolve));
  }

  /** The turn under way is finished, then the loop stops. When it is not running, the next run ends after one turn. */
  stop(): void {
    this.#stopping = true;
    if (this.#state === IDLE) this.#arm();
  }

  /**
   * Ends it for good: forgets what is scheduled.
   * @internal
   */
  _end(): void {
    this.#closed = true;
    this.#ready.clear();
    this.#timers.clear();
  }

  /** @internal */
  _checkOpen(): void {
    if (this.#closed) throw new RuntimeError("Event loop is closed");
  }

  /** @internal */
  _checkRunnable(): void {
    this._checkOpen();
    if (this.isRunning()) throw new RuntimeError("This event loop is already running");
    if (runningLoop() !== null) throw new RuntimeError("Cannot run the event loop while another loop is running");
  }

  #startSession(): void {
    this.#turns = 0;
    this.#hold = this._runtime.host.hold();
    this.#root = new LoopStore(this as unknown as LoopFace, () => this.#drain(true));
    this._storage.capture(this.#root);
    this.#state = RESUMING;
    void SETTLED.then(() => this.#enter());
  }

  #endSession(): void {
    this.#stopping = false;
    this.#state = STOPPED;
    this.#heldBy = null;
    this.#root = null;
    this.#disarmTimer();
    this.#hold?.release();
    this.#hold = null;
    for (const stopped of this.#onStopped.splice(0)) stopped();
  }

  /**
   * Serves whoever comes, without being run: the process lives while tasks or timers are pending.
   * @internal
   */
  _serve(): void {
    this.#serving = true;
    this.#startSession();
  }

  /**
   * Something needs the process to live, although nobody runs the loop.
   * @internal
   */
  _keepAlive(): void {
    if (this.#serving) this.#hold ??= this._runtime.host.hold();
  }

  /**
   * A loop that serves may let the process end now, or has something to report, and may be at rest already.
   * @internal
   */
  _lookAgain(): void {
    if (this.#serving && this.#state === IDLE) this.#arm();
  }

  /**
   * Called when nothing is ready. Gives whether a loop that serves still needs the process.
   * @internal
   */
  abstract _atRest(serving: boolean): boolean;

  // -------------------------------------------------------------- the drain

  /**
   * Runs turns until there is nothing ready, the budget is spent, or an async function was woken. Gives whether there may be another drain in this session.
   * Not `inContext`, it runs in the context of an async function: tasks have contexts of their own, but callbacks need the loop's.
   */
  #drain(inContext: boolean): boolean {
    if (this.#state !== RESUMING) return this.isRunning(); // stopped meanwhile
    this.#state = DRAINING;
    this.#inContext = inContext;
    this._storage.woken?.(null);
    const { loop, strand, context } = running;
    running.loop = this as unknown as LoopFace;
    running.strand = null;
    running.context = null;
    try {
      while (this.#runTurn() && this.#goesOn());
    } finally {
      running.loop = loop;
      running.strand = strand;
      running.context = context;
    }
    if (this.#heldBy !== null) {
      this.#state = HELD;
      this.#armHost();
    }
    return this.isRunning();
  }

  /** The items of this turn, or those that were left. False when the drain has to be left before the end of the turn. */
  #runTurn(): boolean {
    while (this.#left > 0) {
      const item = this.#ready.peek()!;
      if (!this.#inContext && item._callsUser === true) return this.#enterContext();
      this.#ready.shift();
      this.#left--;
      if (this.#debug) this.#runTimed(item);
      else item._run();
      if (this.#heldBy !== null) return false;
    }
    return true;
  }

  /** Goes on in the loop's context: before it returns, or in a microtask. */
  #enterContext(): false {
    this.#state = RESUMING;
    if (this._storage.current() === this.#root) this.#drain(true);
    else this._storage.resume(this.#root!);
    return false;
  }

  /** Whether there is another turn, and time for it. Begins it. */
  #goesOn(): boolean {
    if (this.#stopping && this.#turns > 0) return this.#endSession(), false;
    const inTime = this.#lookAtClock();
    this.#left = this.#ready.length;
    this.#turns++;
    if (this.#left === 0 && !this.#stopping) return this.#rest(), false;
    if (this._runtime.random !== undefined) this.#ready.shuffle(this.#left, this._runtime.random);
    if (inTime) return true;
    this.#left = 0;
    this.#arm();
    return false;
  }

  /** Makes due timers ready. False when the budget is spent. */
  #lookAtClock(): boolean {
    if (this.#timers.length === 0 && this.#turns % TURNS_BETWEEN_LOOKS !== 0) return true;
    const now = this.time();
    this.#collectDue(now + this._runtime.clock.resolution);
    if (this.#budgetEnd === 0) this.#budgetEnd = now + BUDGET;
    return now < this.#budgetEnd && ++this.#looks < LOOKS;
  }

  #rest(): void {
    this.#state = IDLE;
    const needed = this._atRest(this.#serving);
    if (this.#serving && !needed) {
      this.#hold?.release();
      this.#hold = null;
    }
    this.#armTimer(this.#timers.earliest);
  }

  /** Asks the host for a turn, for what is ready. */
  #arm(): void {
    this.#state = ARMED;
    this.#armHost();
  }

  #armHost(): void {
    if (this.#armed) return;
    this.#armed = true;
    this._runtime.host.enqueue(this.#onHostTurn);
  }

  /** A task that holds the drain waits for something foreign, when the host has come to a turn of its own. */
  #hostTurn(): void {
    this.#armed = false;
    if (this.#state !== ARMED && this.#state !== HELD) return;
    this.#heldBy = null;
    this.#enter();
  }

  /** Begins the drain in a turn of the host. */
  #enter(): void {
    this.#budgetEnd = 0;
    this.#looks = 0;
    this.#enterContext();
  }

  /** @internal */
  _schedule(item: Runnable): void {
    if (this.#closed) return;
    this.#ready.push(item);
    if (this.#state === IDLE) this.#arm();
  }

  /**
   * Calls back inside the loop, for an event of the host; the drain begins in this turn of the host.
   * @internal
   */
  _deliver<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void {
    this._deliverItem(new Handle(this as unknown as LoopFace, callback as Callback, args, currentValues()));
  }

  /**
   * The same, for events that are objects themselves.
   * @internal
   */
  _deliverItem(item: Runnable): void {
    if (this.#closed) return;
    this.#ready.push(item);
    if (this.#state === IDLE || this.#state === ARMED) this.#enter();
  }

  /** @internal */
  _hold(strand: StrandFace): void {
    if (this.#state === DRAINING) this.#heldBy = strand.task;
    this._storage.woken?.(strand);
  }

  /** @internal */
  _release(task: TaskFace): void {
    if (this.#heldBy !== task) return;
    this.#heldBy = null;
    if (this.#debug) this.#reportIfSlow(task, this.#heldSince);
    if (this.#state !== HELD) return;
    this.#state = RESUMING;
    // A task that has ended does nothing more here. One that suspends may be about to wait for something else as well.
    if (task.done()) this.#drain(false);
    else void SETTLED.then(this.#goOn);
  }

  // -------------------------------------------------------------- time

  /** The loop's clock: monotonic milliseconds, with a fraction, from an arbitrary origin. */
  time(): number {
    return this._runtime.clock.now();
  }

  /** @internal */
  _addTimer(when: number, item: TimerItem): void {
    this._checkOpen();
    item._sequence = this.#sequence++;
    item._scheduled = true;
    this.#timers.push(when, item);
    if (this.#state === IDLE && this.#timers.peek() === item) this.#armTimer(when);
  }

  #collectDue(until: number): void {
    for (;;) {
      const timer = this.#timers.peek();
      if (timer === undefined || (this.#timers.earliest > until && !timer._dropped())) return;
      this.#timers.pop();
      timer._scheduled = false;
      if (timer._dropped()) this.#cancelledTimers--;
      else this.#ready.push(timer);
    }
  }

  /** @internal */
  _timerCancelled(): void {
    if (++this.#cancelledTimers * 2 <= this.#timers.length) return;
    this.#timers.retain((timer) => timer._scheduled = !timer._dropped());
    this.#cancelledTimers = 0;
    if (this.#state === IDLE) this.#armTimer(this.#timers.earliest);
  }

  /** Has the host call back at the time `when`, or before; not at all for Infinity, so that the process may end. */
  #armTimer(when: number): void {
    if (when !== Infinity && this.#timer !== null && this.#timer.when <= when) return;
    this.#disarmTimer();
    if (when === Infinity) return;
    const delay = Math.min(Math.max(when - this.time(), 0), LONGEST_DELAY);
    const fire = (): void => {
      this.#timer = null;
      if (this.#state === IDLE) this.#enter();
    };
    const token = this._runtime.host.setTimer(delay, fire, when);
    this.#timer = { token, when };
  }

  /**
   * What is ready, and the timers that are set: for those who look for what is left.
   * @internal
   */
  *_scheduledItems(): Generator<Runnable, void> {
    yield* this.#ready;
    for (const timer of this.#timers) if (!timer._dropped()) yield timer;
  }

  #disarmTimer(): void {
    if (this.#timer === null) return;
    this._runtime.host.clearTimer(this.#timer.token);
    this.#timer = null;
  }

  // -------------------------------------------------------------- debug mode

  /** Whether the loop is in debug mode. */
  getDebug(): boolean {
    return this.#debug;
  }

  /**
   * Debug mode reports steps that took long and coroutines that nobody awaited, tells in reports where things were made (`sourceTraceback`), and checks more.
   */
  setDebug(enabled: boolean): void {
    this.#debug = enabled;
    if (enabled) this.#heldSince = this.time(); // nobody knows when the step under way began
    this._notes = enabled ? this._notes ?? new DebugNotes() : null;
  }

  #runTimed(item: Runnable): void {
    const start = this.time();
    item._run();
    if (this.#heldBy === null) this.#reportIfSlow(item, start);
    else this.#heldSince = start; // its step goes on in microtasks
  }

  #reportIfSlow(item: unknown, start: number): void {
    const duration = this.time() - start;
    if (duration >= this.slowCallbackDuration) console.warn(`Executing ${item} took ${(duration / 1000).toFixed(3)} seconds`);
  }
}

/** What the context storage carries for code that the loop's callbacks start. */
class LoopStore implements Store {
  readonly loop: LoopFace;
  /** @internal */
  readonly step: () => boolean;
  scope: unknown = null;
  entered = false;

  constructor(loop: LoopFace, drain: () => boolean) {
    this.loop = loop;
    this.step = drain;
  }

  _strand(): StrandFace | null {
    return null;
  }
}
