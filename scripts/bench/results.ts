/** What was measured: the samples of each subject, and what they come to. */

import type { RuntimeId } from "../_runtimes.ts";
import type { Subject } from "./subjects.ts";
import type { Colour, Goal, Unit, Workload } from "./workloads.ts";

/** What came of one subject on one workload. */
export interface Result {
  readonly workload: Workload;
  readonly subject: Subject;
  readonly n: number;
  /** In the workload's unit; none when it could not be measured. */
  readonly values: number[];
  /** The processor time of each operation, in microseconds, where that was measured. */
  readonly cpu: number[];
  /** Why it has no values. */
  missing: { readonly reason: string; readonly failed: boolean } | null;
  version: string;
}

/** One value of the JSON file. */
export interface Row {
  readonly workload: string;
  readonly subject: Subject["subject"];
  readonly runtime: RuntimeId | "cpython";
  readonly colour: Colour | null;
  readonly api: string | null;
  readonly n: number;
  readonly value: number;
  readonly unit: Unit;
}

/** How a result compares with the others of the same run. */
export interface Comparison {
  /** How many times better than CPython by the same API, where that has it; undefined where it was not measured. */
  readonly cpython: number | undefined;
  /** How many times better than the best that the same runtime offers itself: below 1. */
  readonly native: number | undefined;
  readonly goal: Goal | undefined;
  /** What of the goal could be judged and is not reached. */
  readonly short: readonly (keyof Goal)[];
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

/** Compares `result` with CPython and with what the runtime offers itself, which are among `results`. */
export function compare(result: Result, results: readonly Result[]): Comparison {
  const { subject, workload, values } = result;
  const better = (others: readonly Result[]): number | undefined => {
    const measured = others.filter((other) => other !== result && other.values.length > 0).map((other) => medianOf(other.values));
    return measured.length === 0 || values.length === 0 ? undefined : Math.min(...measured) / medianOf(values);
  };
  const ofWorkload = results.filter((other) => other.workload === workload);
  const isPeer = ({ subject: { subject: name, api } }: Result): boolean =>
    name === "cpython" && (subject.subject === "native" || api === subject.api);
  const cpython = better(ofWorkload.filter(isPeer));
  const native = better(ofWorkload.filter(({ subject: { subject: name, runtime } }) => name === "native" && runtime === subject.runtime));
  const goal = subject.subject === "tsyncio" && subject.runtime !== "cpython"
    ? workload.goal({ runtime: subject.runtime, colour: subject.colour, api: subject.api })
    : undefined;
  return { cpython, native, goal, ...judge(goal, { cpython, native, value: values.length === 0 ? undefined : medianOf(values) }) };
}

interface Measured {
  readonly cpython: number | undefined;
  readonly native: number | undefined;
  readonly value: number | undefined;
}

function judge(goal: Goal | undefined, { cpython, native, value }: Measured): Pick<Comparison, "short" | "verdict"> {
  const parts: (readonly [keyof Goal, boolean])[] = [];
  if (goal?.cpython !== undefined && cpython !== undefined) parts.push(["cpython", cpython >= goal.cpython]);
  if (goal?.native !== undefined && native !== undefined) parts.push(["native", native >= goal.native]);
  if (goal?.most !== undefined && value !== undefined) parts.push(["most", value <= goal.most]);
  const short = parts.filter(([, reached]) => !reached).map(([part]) => part);
  return { short, verdict: parts.length === 0 ? undefined : short.length === 0 ? "reached" : "short" };
}

/** The rows of the JSON file: medians. What has no value has no row. */
export function rowsOf(results: readonly Result[]): Row[] {
  return results.filter(({ values }) => values.length > 0).map(({ workload, subject: { subject, runtime, colour, api }, n, values }) => ({
    workload: workload.name,
    subject,
    runtime,
    colour,
    api,
    n,
    value: medianOf(values),
    unit: workload.unit,
  }));
}
