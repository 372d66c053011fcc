/**
 * Barrier: tasks wait until so many have come.
 *
 * @module
 */
import { type Awaitable, awaitable, type CoroutineGenerator } from "../core/mod.ts";
import { BrokenBarrierError } from "../errors.ts";
import { Condition } from "./condition.ts";

/**
 * Lets tasks go on together, `parties` at a time, round after round.
 *
 *     filling ── the last comes ──▶ draining ── the last has left ──▶ filling
 *        ├─────── reset ──────────▶ resetting ── the last has left ─▶ filling
 *        └─────── abort ──────────▶ broken ── reset ────────────────▶ filling
 *
 * Who comes while it drains or is reset waits for the next round.
 */
export class Barrier {
  readonly #parties: number;
  readonly #changed: Condition = new Condition();
  #state: "filling" | "draining" | "resetting" | "broken" = "filling";
  /** Tasks inside. */
  #count = 0;

  /**
   * `parties` go on together.
   *
   * @throws RangeError when there is less than one, or no whole number.
   */
  constructor(parties: number) {
    if (typeof parties !== "number") throw new TypeError(`Cannot make a barrier: a number was expected, got ${typeof parties}`);
    if (parties < 1) throw new RangeError("parties must be > 0");
    if (!Number.isInteger(parties)) throw new RangeError(`Cannot make a barrier: ${parties} is no whole number of parties`);
    this.#parties = parties;
  }

  /** How many go on together. */
  get parties(): number {
    return this.#parties;
  }

  /** How many wait for the others to come. */
  get nWaiting(): number {
    return this.#state === "filling" ? this.#count : 0;
  }

  /** Whether it was aborted, and not reset since. */
  get broken(): boolean {
    return this.#state === "broken";
  }

  /**
   * Waits until all parties have come, and gives the number of this one among them, from 0. The last to come does not wait.
   *
   * @throws BrokenBarrierError when it is broken, or is broken or reset meanwhile.
   */
  wait(): Awaitable<number> {
    return awaitable(this.#holding(() => this.#wait()));
  }

  /** Throws out all that wait, with BrokenBarrierError, and repairs a broken one. */
  reset(): Awaitable<void> {
    return awaitable(this.#holding(() => this.#reset()));
  }

  /** Breaks it: all that wait, and all that come until it is reset, get BrokenBarrierError. */
  abort(): Awaitable<void> {
    return awaitable(this.#holding(() => this.#abort()));
  }

  *#holding<T>(steps: () => CoroutineGenerator<T>): CoroutineGenerator<T> {
    yield* this.#changed.acquire();
    try {
      return yield* steps();
    } finally {
      this.#changed.release();
    }
  }

  *#wait(): CoroutineGenerator<number> {
    yield* this.#changed.waitFor(() => this.#state !== "draining" && this.#state !== "resetting");
    if (this.#state === "broken") throw new BrokenBarrierError("Barrier aborted");
    const index = this.#count++;
    try {
      if (index + 1 === this.#parties) this.#change("draining");
      else yield* this.#untilFull();
      return index;
    } finally {
      this.#count--;
      this.#left();
    }
  }

  *#untilFull(): CoroutineGenerator<void> {
    yield* this.#changed.waitFor(() => this.#state !== "filling");
    if (this.#state !== "draining") throw new BrokenBarrierError("Abort or reset of barrier");
  }

  /** The last one out lets those in who wait for the next round. */
  #left(): void {
    if (this.#count > 0) return;
    this.#change(this.#state === "broken" ? "broken" : "filling");
  }

  *#reset(): CoroutineGenerator<void> {
    this.#change(this.#count > 0 ? "resetting" : "filling");
  }

  *#abort(): CoroutineGenerator<void> {
    this.#change("broken");
  }

  #change(state: "filling" | "draining" | "resetting" | "broken"): void {
    this.#state = state;
    this.#changed.notifyAll();
  }
}
