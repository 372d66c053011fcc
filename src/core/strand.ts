/**
 * Strand: a line of execution of a task, with waits of its own.
 *
 * @module
 */
import { RuntimeError } from "../errors.ts";
import type { Reject, Resolve } from "./awaitable.ts";
import { makeCancelledError } from "./cancelled.ts";
import { Future } from "./future.ts";
import {
  currentStrand,
  type LoopFace,
  type Runnable,
  running,
  type Store,
  type StrandFace,
  type Suspension,
  type TaskFace,
  type Waiting,
} from "./running.ts";

/** Nothing is to be thrown at the strand. */
const NOTHING: unique symbol = Symbol("nothing");
/** A request for cancellation that found nothing to cancel is to be thrown. */
const CANCELLATION: unique symbol = Symbol("cancellation");

/** What most strands never need, kept apart to keep them small. */
class Rare {
  /** What else it waits for. */
  others: Set<Waiting> | null = null;
  /** The text of the request that is kept. */
  message: string | undefined = undefined;
  /** Whether a request is owed to the async functions that a generator of this strand has started. */
  owed = false;
  /** Whether the last request found such functions waiting. */
  reachedOthers = false;
  /** Of the signal that was asked for last. */
  controller: AbortController | null = null;
  /** Of those that were asked for outside the scopes that have been entered since, innermost last. */
  outer: AbortController[] = [];
  /** Whether the code of the strand itself has asked for the signal: then something that it waits for may listen. */
  signalInUse = false;
  /** Whether it has done so since it last went on. */
  signalIsFresh = false;
  /** Whether a request was told by the signal alone, and nothing has come of it yet. */
  told = false;
}

/** So many milliseconds what a strand waits for has to answer a signal that was asked for just before: requests of the network may take a while. */
const TIME_TO_LISTEN = 100;
/** So many turns of the host, when the strand has waited for other things since: then it may not be listening at all. */
const TURNS_TO_LISTEN = 3;

/** Any iterator that yields what the kernel understands. */
type Steps = Iterator<unknown, unknown, unknown>;

/**
 * A line of execution of a task. Every task has a root strand; a strand of an async function starts others
 * when it awaits something that is written as a generator, and scopes (timeouts, groups) start one for a body that is
 * an async function. So an async function that awaits several things at once is a tree of strands, and each can be cancelled alone.
 *
 *     ready ── step ──▶ running ── waits ──▶ waiting ── what it waits for ends ──▶ ready
 *                          └────── returns or throws ──▶ ended
 *
 * A strand of a generator waits for one thing, by handing it to the kernel; a strand of an async function for any number,
 * by the `then` that `await` calls. A cancellation goes to everything that the strand waits for. If that is nothing, or nothing that can be
 * cancelled any more, it is kept, and thrown where the strand next goes on or waits.
 */
export abstract class Strand implements StrandFace, Runnable, Store {
  readonly task: TaskFace;
  /** Requests for cancellation that reached this strand, or those above it before it began, and were not taken back. */
  requests = 0;
  /**
   * The context of its steps; null where that does not matter: no code of the user runs in them.
   * @internal
   */
  scope: unknown = null;
  /** @internal */
  entered = false;
  /**
   * What is stepped; null for a strand of an async function, and before the first step.
   * @internal
   */
  _steps: Steps | null = null;
  /** What it waits for; more of it in `#rare`. */
  #waiting: Waiting | null = null;
  /** What the next step throws: an error, CANCELLATION or NOTHING. */
  #injection: unknown = NOTHING;
  #rare: Rare | null = null;

  constructor(task: TaskFace) {
    this.task = task;
  }

  get loop(): LoopFace {
    return this.task._loop;
  }

  // -------------------------------------------------------------- stepping

  /** @internal */
  _run(): void {
    if (!this._resume()) this.loop._hold(this);
  }

  /**
   * One step in its context; false when that comes in a microtask.
   * @internal
   */
  _resume(): boolean {
    if (this.scope !== null) return this.loop._storage.resume(this);
    this.step();
    return true;
  }

  /**
   * One step, as the strand that is running. Whether there may be another.
   * @internal
   */
  step(): boolean {
    const { loop, strand, context } = running;
    running.loop = this.loop;
    running.strand = this;
    running.context = null;
    this._advance();
    running.loop = loop;
    running.strand = strand;
    running.context = context;
    return this._steps !== null;
  }

  /** @internal */
  _advance(): void {
    const steps = this._steps!;
    this.#waiting = null;
    if (this.#rare !== null) this.#rare.told = this.#rare.signalIsFresh = false;
    let done: boolean | undefined;
    let value: unknown;
    try {
      ({ done, value } = this.#injection === NOTHING ? steps.next() : throwInto(steps, this._takeInjection()));
    } catch (error) {
      return this._failed(error);
    }
    if (done) this._succeeded(value);
    else this.#suspend(value);
  }

  /** Waits for what a generator yielded. */
  #suspend(yielded: unknown): void {
    if (yielded === undefined) this.loop._schedule(this);
    else if (!isSuspension(yielded)) this.#throwNextTurn(foreignYield(yielded, this.task));
    else if (this.#suspendOn(yielded)) return;
    this.loop._release(this.task);
  }

  /** Whether the task goes on, in what this strand waits for. */
  #suspendOn(suspension: Suspension): boolean {
    const refusal = suspension._park(this);
    if (refusal !== null) {
      this.#throwNextTurn(refusal);
      return false;
    }
    this.#waiting = suspension;
    this.#passKeptRequest(suspension);
    return suspension._goesOn === true;
  }

  #throwNextTurn(error: Error): void {
    this.#injection = error;
    this.loop._schedule(this);
  }

  /**
   * Ended with a result.
   * @internal
   */
  abstract _succeeded(value: unknown): void;
  /**
   * Ended with an error, CancelledError included.
   * @internal
   */
  abstract _failed(error: unknown): void;

  // -------------------------------------------------------------- waiting, by async functions

  /** @internal */
  _wait(waiting: Waiting): void {
    this._track(waiting);
    this._passRequests(waiting);
    this.loop._release(this.task);
  }

  /**
   * Takes note of something to wait for, which may not have suspended yet.
   * @internal
   */
  _track(waiting: Waiting): void {
    if (this.#rare !== null) this.#rare.told = false;
    if (this.#waiting === null && this._steps === null) this.#waiting = waiting;
    else ((this.#rare ??= new Rare()).others ??= new Set()).add(waiting);
  }

  /**
   * Takes note of a body that is about to begin: the one thing that a generator will wait for.
   * @internal
   */
  _trackBody(body: Strand): void {
    this.#waiting = body;
  }

  /**
   * Delivers what is kept, and what is owed to async functions, to what one of them has suspended on.
   * @internal
   */
  _passRequests(waiting: Waiting): void {
    this.#passKeptRequest(waiting);
    if (this.#rare?.owed) this.#rare.owed = !waiting.cancel(this.#rare.message);
  }

  /**
   * The generator has taken a request for cancellation that an async function which it had started has not seen: it is owed to what that one awaits next.
   * @internal
   */
  _oweToHelpers(message: string | undefined): void {
    const rare = this.#rare ??= new Rare();
    if (rare.reachedOthers) return;
    rare.owed = true;
    rare.message = message;
  }

  /**
   * What was owed to functions that were started before is not for those that are started from now on.
   * @internal
   */
  _oweNothing(): void {
    if (this.#rare !== null) this.#rare.owed = false;
  }

  /** @internal */
  _unwait(waiting: Waiting): void {
    if (this.#waiting === waiting) this.#waiting = null;
    else this.#rare?.others?.delete(waiting);
    if (this.#rare !== null) this.#rare.signalIsFresh = false;
  }

  // -------------------------------------------------------------- cancellation

  /** Asks this strand and those below it to end with CancelledError. The counts of the task are the caller's business. */
  cancel(message?: string): true {
    return this.#request(message, 0);
  }

  /** Code that is running waits for nothing, whatever it may have left waiting: a request is kept for it. */
  #request(message: string | undefined, level: number): true {
    this.requests++;
    if (currentStrand() !== this) return this.#deliver(message, true, level);
    this.#abortSignals(message, level);
    this.#keep(message);
    return true;
  }

  /** Delivers a request that the strand has counted; those below count it too, unless they began with it. */
  #deliver(message: string | undefined, isNews: boolean, level = 0): true {
    const told = this.#abortSignals(message, level);
    if (this.#cancelWaits(message, isNews) || this.#hasNews()) return true;
    if (told) this.#keepUnlessHeard(message);
    else this.#keep(message);
    return true;
  }

  /** The signal may have reached what it waits for; if nothing comes of that, the request is kept after all. */
  #keepUnlessHeard(message: string | undefined): void {
    const rare = this.#rare!;
    rare.told = true;
    const timeIsOver = (): void => {
      if (!rare.told) return;
      rare.told = false;
      this.#keep(message);
    };
    const { loop } = this;
    if (rare.signalIsFresh) {
      return loop._addTimer(loop.time() + TIME_TO_LISTEN, { _sequence: 0, _scheduled: false, _dropped: () => false, _run: timeIsOver });
    }
    const host = loop._runtime.host;
    let turns = 0;
    const look = (): void => ++turns < TURNS_TO_LISTEN ? host.enqueue(look) : timeIsOver();
    host.enqueue(look);
  }

  /** Not: its end is told by its body's. */
  cancelled(): boolean {
    return false;
  }

  /** Whether a cancellation is on its way already, from what it waited for. */
  #hasNews(): boolean {
    return this.#waiting !== null && this.#waiting.cancelled();
  }

  #cancelWaits(message: string | undefined, isNews: boolean): boolean {
    const cancel = (waiting: Waiting): boolean =>
      isNews || !(waiting instanceof Strand) ? waiting.cancel(message) : waiting.#deliver(message, false);
    const reached = this.#waiting !== null && cancel(this.#waiting);
    const rare = this.#rare;
    if (rare === null) return reached;
    rare.reachedOthers = false;
    for (const waiting of [...rare.others ?? []]) rare.reachedOthers = cancel(waiting) || rare.reachedOthers;
    return reached || rare.reachedOthers;
  }

  /** Takes back one request, here and below; the task counts its own. With `forget`, one that is still kept is dropped. */
  uncancel(forget: boolean): void {
    if (this.requests > 0) this.requests--;
    if (forget && this.#injection === CANCELLATION) this.#injection = NOTHING;
    if (forget) this._oweNothing();
    for (const below of this.#below()) below.uncancel(forget);
  }

  /** A scope, entered at this level, asks it to end: counted as a request of its task too. */
  cancelByScope(level: number): void {
    this.task._countRequest(1);
    this.#request(undefined, level);
  }

  /**
   * The scope that asked takes its request back. True when no other has come since there were `before`; then one that is kept, here or in the
   * strand that runs the scope, is forgotten.
   */
  takeBackByScope(before: number, host: Strand): boolean {
    this.task._countRequest(-1);
    if (this.requests > 0) this.requests--;
    if (this.requests > before) return false;
    for (const strand of [this, host]) if (strand.#injection === CANCELLATION) strand.#injection = NOTHING;
    return true;
  }

  *#below(): Generator<Strand> {
    if (this.#waiting instanceof Strand) yield this.#waiting;
    for (const waiting of this.#rare?.others ?? []) if (waiting instanceof Strand) yield waiting;
  }

  #keep(message: string | undefined): void {
    this.#injection = CANCELLATION;
    if (message !== undefined || this.#rare !== null) (this.#rare ??= new Rare()).message = message;
  }

  /**
   * A request that this strand did not come to deliver is its parent's.
   * @internal
   */
  _passUp(parent: Strand): void {
    if (this.#injection === CANCELLATION) parent.#keep(this.#rare?.message);
  }

  #passKeptRequest(waiting: Waiting): void {
    if (this.#injection !== CANCELLATION) return;
    const message = this.#rare?.message;
    // A strand below began with this request: it is no news to the scopes there.
    const delivered = waiting instanceof Strand ? waiting.#deliver(message, false) : waiting.cancel(message);
    if (delivered) this.#injection = NOTHING;
  }

  /** @internal */
  _hasInjection(): boolean {
    return this.#injection !== NOTHING;
  }

  /** @internal */
  _takeInjection(): unknown {
    const injection = this.#injection;
    this.#injection = NOTHING;
    return injection === CANCELLATION ? makeCancelledError(this.#rare?.message, this.loop) : injection;
  }

  // -------------------------------------------------------------- signal

  /** Aborts when this strand is asked to end. Made when first asked for; a new one after it has aborted. */
  get signal(): AbortSignal {
    const rare = this.#rare ??= new Rare();
    const { signal } = rare.controller ??= new AbortController();
    if (currentStrand() !== this) return signal;
    rare.signalInUse = rare.signalIsFresh = true;
    if (this.#injection === CANCELLATION) rare.controller.abort(this._takeInjection()); // for what is about to listen
    if (signal.aborted) rare.controller = null;
    return signal;
  }

  /** A scope begins whose body goes on in this strand: signals of its own are not those from before. Gives the scope's level. */
  enterScope(): number {
    const rare = this.#rare;
    if (rare === null) return 0;
    if (rare.controller !== null) rare.outer.push(rare.controller);
    rare.controller = null;
    return rare.outer.length;
  }

  /** The scope that was entered at this level, and before which there were `outer` signals, has ended. */
  leaveScope(level: number): void {
    const rare = this.#rare;
    if (rare === null || rare.outer.length < level || level === 0) return;
    rare.controller = rare.outer.splice(level - 1)[0]!;
  }

  /** Aborts those that were asked for in scopes of this level and above. True when something that the strand waits for may have been told by one. */
  #abortSignals(message: string | undefined, level: number): boolean {
    const rare = this.#rare;
    if (rare === null) return false;
    const controllers = rare.outer.splice(level);
    if (rare.controller !== null) controllers.push(rare.controller);
    rare.controller = null;
    if (controllers.length === 0) return false;
    const error = makeCancelledError(message, this.loop);
    for (const controller of controllers) controller.abort(error);
    return rare.signalInUse;
  }

  /** For reports. */
  toString(): string {
    return String(this.task);
  }

  /** @internal */
  _whoWaits(): object {
    return this.task;
  }

  /**
   * What it waits for; of an async function the first of several.
   * @internal
   */
  _waitsFor(): Waiting | null {
    if (this.#waiting !== null || this._steps !== null) return this.#waiting;
    return this.#rare?.others?.values().next().value ?? null;
  }

  /**
   * What its function is called, for people.
   * @internal
   */
  _functionName(): string {
    return "<anonymous>";
  }

  /** @internal */
  _strand(): StrandFace | null {
    return this.task.done() ? null : this;
  }
}

/** Drives, for an async function that awaits it, something that is written as a generator. */
export class DriverStrand extends Strand {
  readonly #parent: Strand;
  readonly #resolve: Resolve;
  readonly #reject: Reject;
  #begun = false;

  constructor(parent: Strand, steps: Steps, resolve: Resolve, reject: Reject) {
    super(parent.task);
    this.requests = parent.requests;
    this.#parent = parent;
    this._steps = steps;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Starts, in the context of the `await`. With `scoped`, that context is kept for the later steps. */
  start(scoped: boolean): void {
    this.#parent._track(this);
    if (!scoped) return void this.step();
    this.loop._storage.capture(this);
    this._resume();
  }

  /**
   * What the parent keeps is delivered when the first step has suspended: before that nothing waits.
   * @internal
   */
  override _advance(): void {
    super._advance();
    if (this.#begun) return;
    this.#begun = true;
    if (this._steps !== null) this.#parent._passRequests(this);
  }

  /** @internal */
  _succeeded(value: unknown): void {
    this.#leave();
    this.#resolve(value);
  }

  /** @internal */
  _failed(error: unknown): void {
    this.#leave();
    this.#reject(error);
  }

  #leave(): void {
    this._steps = null;
    this.#parent._unwait(this);
    this._passUp(this.#parent);
    this.loop._hold(this.#parent);
  }
}

/** Throws `error` where `steps` are suspended. */
export function throwInto<Y, R>(steps: Iterator<Y, R, unknown>, error: unknown): IteratorResult<Y, R> {
  if (typeof steps.throw === "function") return steps.throw(error);
  steps.return?.();
  throw error;
}

/** Whether it is something of the kernel that suspends who yields it. */
export function isSuspension(value: unknown): value is Suspension {
  return typeof value === "object" && value !== null && "_park" in value;
}

/** What a generator gets for a yield that the kernel does not understand. */
export function foreignYield(yielded: unknown, task: TaskFace): RuntimeError {
  if (yielded instanceof Future) return new RuntimeError(`yield was used instead of yield from (yield*) in ${task} with ${yielded}`);
  return new RuntimeError(
    `Task got bad yield: ${task} yielded ${typeof yielded === "object" ? Object.prototype.toString.call(yielded) : String(yielded)}`,
  );
}
