/** The workloads: what each one does, how large it is, and what is to be reached. */

import type { RuntimeId } from "../_runtimes.ts";

/** The two kinds of coroutine. */
export type Colour = "generator" | "async";

/** The names of the workloads. */
export type WorkloadName =
  | "W1"
  | "W2"
  | "W3-q1"
  | "W3-q100"
  | "W4-sleep"
  | "W4-cancel"
  | "W4-timeout"
  | "W5"
  | "W6"
  | "W8-parked"
  | "W10-thread";

/** What the values count: microseconds for each operation, seconds for the whole, or bytes for each task. */
export type Unit = "us" | "s" | "bytes";

/** A workload. */
export interface Workload {
  readonly name: WorkloadName;
  /** What one value stands for, for people. */
  readonly title: string;
  /** The operations at full size. */
  readonly n: number;
  /** Every size is a multiple of it: the operations are shared out evenly among that many tasks. */
  readonly step: number;
  readonly unit: Unit;
  /** Whether a tenth runs first. Not where memory is measured: the heap would have grown before. */
  readonly warmUp: boolean;
  readonly goals: Goals;
}

/** What is to be reached. Values hold on one machine only, so what counts is their ratio to CPython's value on that same machine. */
export interface Goals {
  /** CPython's value there. */
  readonly cpython: number;
  readonly generator?: Values;
  readonly async?: Values;
}

type Values = Readonly<Partial<Record<RuntimeId, number>>>;

const every = (value: number): Values => on(value, value, value);
const on = (node26: number, bun: number, deno: number): Values => ({ node26, bun, deno });

/** All of them, in the order of the report. */
export const WORKLOADS: readonly Workload[] = [
  timed("W1", "spawn and join one task", 100_000, {
    cpython: 7.65,
    generator: on(1.3, 0.7, 2.5),
    async: on(1.0, 0.5, 1.5),
  }),
  timed("W2", "one yield, 100 tasks side by side", 1_000_000, {
    cpython: 1.43,
    generator: on(0.12, 0.12, 0.25),
    async: { ...on(0.30, 0.22, 0.25), node22: 0.55 },
  }, 100),
  timed("W3-q1", "one item through a queue of 1", 200_000, {
    cpython: 6.8,
    generator: on(0.45, 0.45, 0.6),
    async: { ...every(0.7), node22: 2 },
  }),
  timed("W3-q100", "one item through a queue of 100", 200_000, {
    cpython: 0.88,
    generator: every(0.15),
    async: { ...every(0.45), node22: 0.9 },
  }),
  {
    ...timed("W4-sleep", "all sleeps of 0 to 100 ms, side by side", 100_000, { cpython: 2.52, generator: every(0.25), async: every(0.35) }),
    unit: "s",
  },
  timed("W4-cancel", "schedule and cancel one timer", 100_000, { cpython: 1.93, generator: every(0.4) }),
  timed("W4-timeout", "one timeout around one yield", 100_000, { cpython: 6.2, generator: every(1.5), async: every(2.0) }),
  timed(
    "W5",
    "acquire, yield, release, 1,000 tasks on one lock",
    100_000,
    { cpython: 6.3, generator: every(0.8), async: every(1.2) },
    1000,
  ),
  timed("W6", "cancel one blocked task and wait for its finally", 100_000, {
    cpython: 6.5,
    generator: on(1.3, 1.3, 3.0),
    async: on(2.0, 2.0, 4.0),
  }),
  {
    ...timed("W8-parked", "resident memory of one task parked on a future", 100_000, {
      cpython: 927,
      generator: on(1500, 800, 2500),
      async: on(1900, 900, 2200),
    }),
    unit: "bytes",
    warmUp: false,
  },
  timed("W10-thread", "one call of a function in a thread", 5000, { cpython: 60 }),
];

function timed(name: WorkloadName, title: string, n: number, goals: Goals, step = 1): Workload {
  return { name, title, n, step, unit: "us", warmUp: true, goals };
}

/** The operations of one sample and of the warm-up before it. */
export function sizesOf({ n, step, warmUp }: Workload, scale: number): { readonly n: number; readonly warmUp: number } {
  const multiple = (size: number): number => Math.max(1, Math.round(size / step)) * step;
  return { n: multiple(n * scale), warmUp: warmUp ? multiple(n * scale / 10) : 0 };
}

/** How many times better than CPython it is to be there; undefined where nothing is asked for. */
export function goalOf(
  { goals }: Workload,
  runtime: RuntimeId,
  colour: Colour,
): { readonly value: number; readonly ratio: number } | undefined {
  const value = goals[colour]?.[runtime];
  return value === undefined ? undefined : { value, ratio: goals.cpython / value };
}
