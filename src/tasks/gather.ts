/**
 * Waiting for several things, for their results together.
 *
 * @module
 */
import { ensureFuture, Future, makeCancelledError, type ResultOf, type Runnable, type Waitable } from "../core/mod.ts";
import { collect } from "./collect.ts";

/** The results, in the shape of what was waited for. */
export type Results<W extends readonly unknown[]> = { -readonly [K in keyof W]: ResultOf<W[K]> };

/**
 * Runs everything in `aws` side by side: what can become a task becomes one at the call. The future gives the results in the order given.
 * The first error is its error, at once, and the others go on; with `returnExceptions` errors are results, and it waits for all.
 * Cancelling it cancels all that are not done. The same object given twice is started once; a function given twice is called twice.
 *
 * @throws TypeError at the call for what cannot be waited for; RangeError for futures of different loops.
 */
export function gather<W extends readonly Waitable<unknown>[] | []>(
  aws: W,
  options?: { readonly returnExceptions?: false },
): Future<Results<W>>;
/** With errors as results. */
export function gather<W extends readonly Waitable<unknown>[] | []>(
  aws: W,
  options: { readonly returnExceptions?: boolean },
): Future<{ -readonly [K in keyof W]: ResultOf<W[K]> | Error }>;
/** Of any iterable. */
export function gather<W extends Waitable<unknown>>(
  aws: Iterable<W>,
  options?: { readonly returnExceptions?: false },
): Future<ResultOf<W>[]>;
/** Of any iterable, with errors as results. */
export function gather<W extends Waitable<unknown>>(
  aws: Iterable<W>,
  options: { readonly returnExceptions?: boolean },
): Future<(ResultOf<W> | Error)[]>;
export function gather(aws: Iterable<Waitable<unknown>>, options: { readonly returnExceptions?: boolean } = {}): Future<unknown> {
  const children = startAll(collect(aws, "Cannot gather: one iterable was expected, as gather([a, b])"));
  const loop = children[0]?._loop;
  return new Gathering(children, options.returnExceptions ?? false, loop);
}

/** Starts what is not a future yet, on the loop of the first. What is given twice is started once, functions apart: each call of one is work of its own. */
function startAll(aws: readonly Waitable<unknown>[]): Future<unknown>[] {
  const started = new Map<unknown, Future<unknown>>();
  const children: Future<unknown>[] = [];
  for (const aw of aws) {
    const first = children[0];
    const child = started.get(aw) ?? ensureFuture(aw, first === undefined ? {} : { loop: first._loop });
    if (!(aw instanceof Future) && typeof aw !== "function") started.set(aw, child);
    children.push(child);
  }
  return children;
}

class Gathering extends Future<unknown[]> {
  readonly #children: readonly Future<unknown>[];
  readonly #returnExceptions: boolean;
  #left: number;
  #asked = false;

  constructor(children: readonly Future<unknown>[], returnExceptions: boolean, loop: object | undefined) {
    super(loop === undefined ? {} : { loop });
    this.#children = children;
    this.#returnExceptions = returnExceptions;
    this.#left = children.length;
    for (const child of children) if (!child.done()) child._addWaiter(new Child(this, child));
    for (const child of children) if (child.done()) this._childDone(child);
    if (children.length === 0) this.setResult([]);
  }

  override cancel(this: Gathering, message?: string): boolean {
    if (this.done()) return false;
    let reached = false;
    for (const child of this.#children) reached = child.cancel(message) || reached;
    if (reached) this.#asked = true;
    return reached;
  }

  /** @internal */
  _childDone(child: Future<unknown>): void {
    this.#left--;
    const failed = child.cancelled() || child._failed();
    if (this.done()) return void (failed && child._error("result"));
    if (failed && !this.#returnExceptions) return this.setException(child._error("result"));
    if (this.#left > 0) return;
    if (this.#asked) return this.setException(child.cancelled() ? child._error("result") : makeCancelledError(undefined, this._loop));
    this.setResult(this.#children.map(outcome));
  }
}

class Child implements Runnable {
  readonly #gathering: Gathering;
  readonly #future: Future<unknown>;

  constructor(gathering: Gathering, future: Future<unknown>) {
    this.#gathering = gathering;
    this.#future = future;
  }

  _run(): void {
    this.#gathering._childDone(this.#future);
  }

  _whoWaits(): object {
    return this.#gathering;
  }
}

function outcome(child: Future<unknown>): unknown {
  return child.cancelled() || child._failed() ? child._error("result") : child.result();
}
