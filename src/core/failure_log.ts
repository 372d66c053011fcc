/**
 * Failures that nobody has looked at.
 *
 * @module
 */
import type { LoopFace } from "./running.ts";

/** So many failures may wait to be looked at. */
const MANY = 1024;

/** The error of a future, apart from it, so that it can be reported when the future is gone. */
export interface Failure {
  readonly exception: unknown;
  /** "Task" or "Future". */
  readonly kind: string;
  /** Whether someone has looked at it. */
  retrieved: boolean;
}

/** A future, as far as its failure goes. */
export interface Failing {
  readonly _failure: Failure | null;
}

/** What is reported: the future while it is there, and its failure. */
interface Kept {
  readonly future: WeakRef<Failing>;
  readonly failure: Failure;
}

/**
 * Reports, once each, the futures that failed and whose error nobody retrieved: when the loop ends, or when they are collected if that
 * comes first. Most failures are looked at within a few turns; only those that are not are followed up.
 */
export class FailureLog {
  readonly #loop: LoopFace;
  #recent: Failing[] = [];
  readonly #kept = new Set<Kept>();
  #registry: FinalizationRegistry<Kept> | null = null;

  constructor(loop: LoopFace) {
    this.#loop = loop;
  }

  /** Takes note of a failure. */
  add(future: Failing): void {
    this.#recent.push(future);
    if (this.#recent.length >= MANY) this.sweep(); // of a loop that never rests
  }

  /** Follows up what was not looked at by now, without keeping it from being collected. */
  sweep(): void {
    if (this.#recent.length === 0) return;
    const recent = this.#recent;
    this.#recent = [];
    for (const future of recent) {
      if (future._failure !== null && !future._failure.retrieved) this.#keep(future, future._failure);
    }
    for (const kept of this.#kept) if (kept.failure.retrieved) this.#kept.delete(kept);
  }

  /** Reports all. */
  report(): void {
    this.sweep();
    for (const kept of this.#kept) this.#reportOne(kept);
    this.#kept.clear();
  }

  #keep(future: Failing, failure: Failure): void {
    const kept = { future: new WeakRef(future), failure };
    this.#kept.add(kept);
    this.#registry ??= new FinalizationRegistry((kept) => {
      if (this.#kept.delete(kept)) this.#reportOne(kept);
    });
    this.#registry.register(future, kept);
  }

  #reportOne({ future, failure }: Kept): void {
    if (failure.retrieved) return;
    failure.retrieved = true;
    const report = { message: `${failure.kind} exception was never retrieved`, exception: failure.exception };
    const object = future.deref();
    this.#loop.callExceptionHandler(object === undefined ? report : { ...report, [failure.kind === "Task" ? "task" : "future"]: object });
  }
}
