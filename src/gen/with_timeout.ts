/**
 * Limits to waiting, not to the work.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type BaseEventLoop, checkDelay, Future, type TimerHandle } from "../core/mod.ts";
import { TimeoutError } from "../errors.ts";
import { convertYielded } from "./convert_yielded.ts";
import { passOutcome } from "./outcome.ts";
import { type IsQuiet, quietOnes, type QuietOptions } from "./quiet.ts";
import type { Yieldable, YieldResult } from "./yieldable.ts";

/** On futures whose error was reported after a timeout: there may have been several. */
const REPORTED: unique symbol = Symbol("reported after a timeout");

/**
 * Waits for `thing`, anything that can be yielded, for `deadline` milliseconds from the call or until the loop's time `at`, and then stops waiting with a
 * TimeoutError. The work goes on, also when the future is cancelled; use `timeout` or `waitFor` to end it. If it fails after the time was over, the loop's exception handler
 * is told, as `{ message: "Exception in Future after timeout", exception, future }`, unless the error is among `quietExceptions`.
 *
 * Of what is done in time, in the turn of the deadline at the latest, the outcome counts. Infinity waits for ever.
 *
 * @throws TypeError at the call for a deadline of another type and for bad `quietExceptions`, RangeError for NaN; BadYieldError as `convertYielded`.
 */
export function withTimeout<const Y extends Yieldable | []>(
  deadline: number | { readonly at: number },
  thing: Y,
  options: QuietOptions = {},
): Future<YieldResult<Y>> {
  const { delay, at } = readDeadline(deadline);
  const isQuiet = quietOnes(options);
  const work: Future<unknown> = convertYielded(thing);
  return new Limited(work, at ?? work._loop.time() + delay, isQuiet) as Future<unknown> as Future<YieldResult<Y>>;
}

function readDeadline(deadline: unknown): { readonly delay: number; readonly at?: number } {
  if (typeof deadline !== "object" || deadline === null) {
    checkDelay(deadline, "withTimeout");
    return { delay: deadline as number };
  }
  const { at } = deadline as { readonly at?: unknown };
  if (typeof at !== "number") {
    throw new TypeError(
      `Cannot use the deadline of withTimeout: milliseconds or { at: loop time } were expected, got an object whose \`at\` is ${
        typeName(at)
      }`,
    );
  }
  checkDelay(at, "withTimeout");
  return { delay: 0, at };
}

/**
 *     pending ── work ends ──▶ its outcome
 *        ├────── time over ──▶ failed with TimeoutError ── work fails ──▶ reported
 *        └────── cancel ─────▶ cancelled
 */
class Limited extends Future<unknown> {
  readonly #work: Future<unknown>;
  readonly #isQuiet: IsQuiet;
  #timer: TimerHandle | null = null;
  #timeIsOver = false;

  constructor(work: Future<unknown>, when: number, isQuiet: IsQuiet) {
    super({ loop: work._loop });
    this.#work = work;
    this.#isQuiet = isQuiet;
    if (work.done()) passOutcome(work, this);
    else this.#begin(when);
  }

  #begin(when: number): void {
    if (when !== Infinity) this.#timer = (this._loop as unknown as BaseEventLoop)._callAt(when, () => this.#timeOver());
    this.#work.addDoneCallback(() => this.#workEnded());
  }

  override cancel(this: Limited, message?: string): boolean {
    this.#timer?.cancel();
    return super.cancel(message);
  }

  #timeOver(): void {
    if (this.#work.done()) return; // the callback is on its way
    this.#timeIsOver = true;
    this.setException(new TimeoutError());
  }

  #workEnded(): void {
    this.#timer?.cancel();
    if (!this.done()) passOutcome(this.#work, this);
    else if (this.#work._failed()) this.#lateError(this.#work);
  }

  #lateError(work: Future<unknown> & { [REPORTED]?: true }): void {
    const { exception } = work._failure!;
    if (this.#isQuiet(exception)) return work._seen();
    if (!this.#timeIsOver || work[REPORTED]) return;
    work[REPORTED] = true;
    work._seen();
    this._loop.callExceptionHandler({ message: "Exception in Future after timeout", exception, future: work });
  }
}
