/** What the measured programs share: their arguments, the meter, and the one line that they print. */

import process from "node:process";
import type { WorkloadName } from "./workloads.ts";

/** What one process is asked to measure. */
export interface Sample<W extends WorkloadName> {
  readonly workload: W;
  readonly n: number;
  /** The operations that run before; 0 for none. */
  readonly warmUp: number;
}

/** What a program prints, as JSON in its last line. `cpu`: the seconds of processor time that a server took meanwhile, all its threads together. */
export type Outcome = { readonly value: number; readonly version: string; readonly cpu?: number } | { readonly unavailable: string };

/** The sample that the command line asks for: `WORKLOAD N WARM_UP`. */
export function sampleOf<W extends WorkloadName>(args: readonly string[] = process.argv.slice(2)): Sample<W> {
  const [workload, n, warmUp] = args;
  return { workload: workload as W, n: Number(n), warmUp: Number(warmUp) };
}

/** Measures one run of a workload: seconds, unless the workload records something else. */
export class Meter {
  #began = 0;
  #value: number | null = null;

  /** Begins to count. A workload calls it again when what it had to prepare is ready. */
  start(): void {
    this.#began = performance.now();
  }

  /** Ends it; only the first call counts, so that a workload can check afterwards what it has done. */
  stop(): void {
    this.#value ??= (performance.now() - this.#began) / 1000;
  }

  /** Gives the value itself. */
  record(value: number): void {
    this.#value = value;
  }

  /** Prints what was measured. */
  print(): void {
    if (this.#value === null) throw new Error("Nothing was measured");
    print({ value: this.#value, version: process.versions["bun"] ?? process.versions["deno"] ?? process.versions.node });
  }
}

function print(outcome: Outcome): void {
  console.log(JSON.stringify(outcome));
}

/** What is made for each index below `n`. */
export function times<T>(n: number, make: (index: number) => T): T[] {
  const made = new Array<T>(n);
  for (let index = 0; index < n; index++) made[index] = make(index);
  return made;
}

const MODULUS = 2_147_483_647;
const MULTIPLIER = 48_271;

/** Delays from 0 to 100 milliseconds, spread evenly: the same ones for every subject. */
export function delays(n: number): number[] {
  let state = 1;
  return times(n, () => {
    state = state * MULTIPLIER % MODULUS;
    return state / MODULUS * 100;
  });
}

/** Far enough away for a timer that must not fire. */
export const ONE_HOUR = 3_600_000;

/** How long a process is left alone, in milliseconds, before its memory is read. */
export const SETTLE = 100;

/** The resident memory of this process, in bytes. */
export function residentBytes(): number {
  return process.memoryUsage().rss;
}

const ORDINARY = 100_000;

/**
 * The resident memory before anything that is measured, in bytes. A heap grows by large steps with a program's first allocations, whatever
 * they are: some are made first, so that less of that is taken for the memory of tasks.
 */
export function residentBytesBefore(): number {
  const ordinary = delays(ORDINARY);
  collectGarbage();
  const before = residentBytes();
  if (ordinary.length !== ORDINARY) throw new Error("The ordinary allocations were not made");
  return before;
}

const host = globalThis as { readonly Bun?: { gc(force: boolean): void }; readonly gc?: () => void };

/** Runs a full garbage collection. */
export function collectGarbage(): void {
  if (host.Bun !== undefined) host.Bun.gc(true);
  else if (host.gc !== undefined) host.gc();
  else throw new Error("Memory can only be measured with --expose-gc");
}
