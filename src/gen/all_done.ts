/**
 * Waiting for several futures, for all of them whatever becomes of each.
 *
 * @module
 */
import { Future, makeCancelledError } from "../core/mod.ts";
import { endWith } from "./outcome.ts";
import type { IsQuiet } from "./quiet.ts";

/** Makes the result of the results, which are in the order of the futures. */
export type Shape = (results: unknown[]) => unknown;

/**
 * The future of tornado's `multi`: it is done when all of `children` are, at once if they are already. If any has failed it fails with the error of the first
 * by position; before that each further one is told to the exception handler, unless it is quiet. Cancelling it cancels those that
 * are not done, and it still waits for their ends.
 */
export class AllDone extends Future<unknown> {
  readonly #children: readonly Future<unknown>[];
  readonly #shape: Shape;
  readonly #isQuiet: IsQuiet;
  #left = 0;
  #asked = false;
  #askedMessage: string | undefined = undefined;

  constructor(children: readonly Future<unknown>[], shape: Shape, isQuiet: IsQuiet) {
    super(children.length === 0 ? {} : { loop: loopOf(children) });
    this.#children = children;
    this.#shape = shape;
    this.#isQuiet = isQuiet;
    for (const child of new Set(children)) if (!child.done()) this.#follow(child);
    if (this.#left === 0) this.#finish();
  }

  override cancel(this: AllDone, message?: string): boolean {
    if (this.done()) return false;
    let reached = false;
    for (const child of new Set(this.#children)) reached = child.cancel(message) || reached;
    if (!reached) return false;
    this.#asked = true;
    this.#askedMessage = message;
    return true;
  }

  #follow(child: Future<unknown>): void {
    this.#left++;
    child.addDoneCallback(() => {
      if (--this.#left === 0) this.#finish();
    });
  }

  #finish(): void {
    const [first, ...others] = new Set(this.#children.filter((child) => child._failed() || child.cancelled()));
    for (const other of others) this.#reportFurther(other);
    if (first !== undefined) endWith(this, first._error("result"));
    else if (this.#asked) this._cancelWith(makeCancelledError(this.#askedMessage, this._loop));
    else this.setResult(this.#shape(this.#children.map((child) => child.result())));
  }

  /** Without this it would vanish. A cancellation is no failure. */
  #reportFurther(future: Future<unknown>): void {
    if (future.cancelled()) return;
    const exception = future._error("result");
    if (this.#isQuiet(exception)) return;
    this._loop.callExceptionHandler({ message: "Multiple exceptions in yield list", exception, future });
  }
}

function loopOf(children: readonly Future<unknown>[]): object {
  const loop = children[0]!._loop;
  if (children.some((child) => child._loop !== loop)) {
    throw new RangeError("Cannot wait for several futures: they belong to different loops");
  }
  return loop;
}
