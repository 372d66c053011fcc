/**
 * Bodies of scopes: what `timeout`, `taskGroup` and their like run for their caller, written as a generator or as an async function.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { RuntimeError } from "../errors.ts";
import {
  asPromise,
  type Body,
  type CoroutineGenerator,
  type Drivable,
  isDrivable,
  isGeneratorFunction,
  isPromiseLike,
} from "./awaitable.ts";
import { currentStrand, type Runnable, running, type StrandFace, type Suspension } from "./running.ts";
import { Strand } from "./strand.ts";

/** A body that has been entered: which strand it is, and what drives it to its end. */
export interface EnteredBody<T> {
  readonly strand: Strand;
  readonly steps: Drivable<T>;
}

/**
 * Calls a body, a generator or an async function, for the strand that runs. A generator goes on in that strand; an async
 * function has begun when this returns, as a strand of its own.
 */
export function enterBody<A extends unknown[], T>(body: (...args: A) => Body<T>, ...args: A): EnteredBody<T> {
  const host = currentStrand() as Strand | null;
  if (host === null) throw new RuntimeError("Cannot run a body: no task is running");
  if (typeof body !== "function") throw new TypeError(`Cannot run a body: a function was expected, got ${typeof body}`);
  if (isGeneratorFunction(body)) return goOnIn(host, body(...args) as Drivable<T>);
  const strand = new BodyStrand(host);
  host._trackBody(strand); // so that a request for cancellation made by the first part of an async function is its own
  let result: unknown;
  try {
    result = host.loop._storage.run(strand, () => callAs(strand, () => body(...args)));
    if (isPromiseLike(result) && !isDrivable(result)) {
      strand.follow(result);
      return { strand, steps: strand as unknown as Drivable<T> };
    }
  } catch (error) {
    strand.abandon();
    throw error;
  }
  strand.abandon();
  if (isDrivable(result)) return goOnIn(host, result as Drivable<T>);
  throw new TypeError(`Cannot run a body: it returned ${whatItIs(result)}, not a promise or generator`);
}

function whatItIs(result: unknown): string {
  const isAsyncgen = typeof result === "object" && result !== null && Symbol.asyncIterator in result;
  return isAsyncgen ? "an async generator (no scope may stay open across a yield)" : typeName(result);
}

/** Calls `fn` as code of `strand`. */
function callAs<T>(strand: Strand, fn: () => T): T {
  const outer = running.strand;
  running.strand = strand;
  try {
    return fn();
  } finally {
    running.strand = outer;
  }
}

/** A body that is a generator calls the user's functions in its later steps too: these need the context that is current now. */
function goOnIn<T>(host: Strand, steps: Drivable<T>): EnteredBody<T> {
  if (host.scope === null) host.loop._storage.capture(host);
  return { strand: host, steps };
}

/** Runs a body, a generator or an async function, in the calling task. */
export function* runBody<A extends unknown[], T>(body: (...args: A) => Body<T>, ...args: A): CoroutineGenerator<T> {
  return yield* enterBody(body, ...args).steps;
}

/** The body of a scope that is an async function. Whoever drives the scope waits for it, and goes on without a turn. */
class BodyStrand extends Strand implements Suspension {
  /** An async function has begun when it is waited for. */
  readonly _goesOn: true = true;
  readonly done: false = false;
  readonly value: this = this;
  readonly #parent: Strand;
  #ended = false;
  #error: { readonly error: unknown } | null = null;
  #result: unknown = undefined;
  /** The strand that goes on when this one has ended. */
  #waiter: Strand | null = null;

  constructor(parent: Strand) {
    super(parent.task);
    this.requests = parent.requests;
    this.#parent = parent;
  }

  _park(strand: StrandFace & Runnable): null {
    this.#waiter = strand as Strand;
    return null;
  }

  /** Follows the promise of the body, which has just begun, to its end. */
  follow(promise: PromiseLike<unknown>): void {
    this.loop._hold(this);
    asPromise(promise).then((value) => this._succeeded(value), (error) => this._failed(error));
  }

  /** The body was no async function after all: its strand is its parent's. */
  abandon(): void {
    this.#parent._unwait(this);
    this._passUp(this.#parent);
  }

  /** For `yield*`: gives the outcome, once there is one. Until then it hands itself to the kernel, and is its own iterator result. */
  next(): IteratorResult<unknown, unknown> {
    if (running.probe !== null) running.probe();
    if (!this.#ended || running.probe !== null) return this;
    this.#parent._unwait(this);
    this._passUp(this.#parent); // now, as a wait that is over must not be the one that it is thrown at
    if (this.#error !== null) throw this.#error.error;
    return { done: true, value: this.#result };
  }

  [Symbol.iterator](): this {
    return this;
  }

  throw(error: unknown): never {
    throw error;
  }

  /** @internal */
  _succeeded(value: unknown): void {
    this.#result = value;
    this.#end();
  }

  /** @internal */
  _failed(error: unknown): void {
    this.#error = { error };
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?._resume();
  }
}
