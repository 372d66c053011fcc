/** What was measured: the samples of each subject, and what they come to. */

import type { RuntimeId } from "../_runtimes.ts";
import type { Subject } from "./subjects.ts";
import { type Colour, goalOf, type Unit, type Workload } from "./workloads.ts";

/** What came of one subject on one workload. */
export interface Result {
  readonly workload: Workload;
  readonly subject: Subject;
  readonly n: number;
  /** In the workload's unit; none when it could not be measured. */
  readonly values: number[];
  /** Why it has no values. */
  missing: { readonly reason: string; readonly failed: boolean } | null;
  version: string;
}

/** One value of the JSON file. */
export interface Row {
  readonly workload: string;
  readonly subject: "tsyncio" | "native" | "cpython";
  readonly runtime: RuntimeId | "cpython";
  readonly colour: Colour | null;
  readonly n: number;
  readonly value: number;
  readonly unit: Unit;
}

/** How a result compares with the others of the same run. */
export interface Comparison {
  /** How many times better than CPython; undefined where that was not measured. */
  readonly cpython: number | undefined;
  /** How many times better than the floor of the same runtime: below 1. */
  readonly native: number | undefined;
  /** How many times better than CPython it has to be, and the value where that was agreed on. */
  readonly goal: { readonly value: number; readonly ratio: number } | undefined;
  readonly verdict: "reached" | "short" | undefined;
}

/** The value in the workload's unit, of what one sample gave. */
export function valueOf({ unit }: Workload, n: number, measured: number): number {
  return unit === "us" ? measured / n * 1e6 : measured;
}

/** The middle one; of an even number the mean of the middle two. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Compares `result` with CPython and with the floor, which are among `results`. */
export function compare(result: Result, results: readonly Result[]): Comparison {
  const { subject, workload } = result;
  const better = (other: Result | undefined): number | undefined => {
    if (other === undefined || other === result || other.values.length === 0 || result.values.length === 0) return undefined;
    return medianOf(other.values) / medianOf(result.values);
  };
  const ofWorkload = results.filter((other) => other.workload === workload);
  const cpython = better(ofWorkload.find((other) => other.subject.subject === "cpython"));
  const native = better(ofWorkload.find((other) => other.subject.subject === "native" && other.subject.runtime === subject.runtime));
  const goal = subject.subject === "tsyncio" ? goalOf(workload, subject.runtime, subject.colour) : undefined;
  const verdict = goal === undefined || cpython === undefined ? undefined : cpython >= goal.ratio ? "reached" : "short";
  return { cpython, native, goal, verdict };
}

/** The rows of the JSON file: medians. What has no value has no row. */
export function rowsOf(results: readonly Result[]): Row[] {
  return results.filter(({ values }) => values.length > 0).map(({ workload, subject, n, values }) => ({
    workload: workload.name,
    subject: subject.subject,
    runtime: subject.runtime,
    colour: subject.colour,
    n,
    value: medianOf(values),
    unit: workload.unit,
  }));
}
