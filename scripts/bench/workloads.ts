/** The workloads: what each one does, how large it is, and what is to be reached. */

import type { RuntimeId } from "../_runtimes.ts";

/** The two kinds of coroutine. */
export type Colour = "generator" | "async";

/** The workloads that are about tasks and threads. */
export type TaskWorkload =
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

/** The workloads that start children. */
export type ChildWorkload = "W9-null" | "W9-pipe";

/** The workloads that put load on an echo server; of `W7` the size of the messages and how many connections there are. */
export type EchoWorkload = `W7-${string}-x${number}` | "W8-idle";

/** The names of the workloads. */
export type WorkloadName = TaskWorkload | ChildWorkload | EchoWorkload;

/** What the values count: microseconds for each operation, seconds for the whole, or bytes for each task or connection. */
export type Unit = "us" | "s" | "bytes";

/** The load on an echo server: how many connections, each with one message of so many bytes under way. */
export interface Echo {
  readonly connections: number;
  readonly size: number;
}

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
  /** Whether a tenth runs first; of echoes half, for servers take longer to be compiled. Not where memory is measured: the heap would have grown before. */
  readonly warmUp: boolean;
  /** Of W7. */
  readonly echo: Echo | null;
  /** What one of ours has to reach; undefined where nothing is asked for. */
  readonly goal: (asked: Asked) => Goal | undefined;
}

/** Of whom something is asked. */
export interface Asked {
  readonly runtime: RuntimeId;
  readonly colour: Colour | null;
  readonly api: string | null;
}

/** What is to be reached: all of it. */
export interface Goal {
  /** How many times better than CPython. */
  readonly cpython?: number;
  /** The value that this was derived from: it holds on one machine only, the ratio on all. */
  readonly derivedFrom?: number;
  /** How many times better than the best of the same runtime: below 1. */
  readonly native?: number;
  /** The largest value. */
  readonly most?: number;
}

/** Values to reach, where CPython's is that of `cpython`. */
interface Goals {
  readonly cpython: number;
  readonly generator?: Values;
  readonly async?: Values;
}

type Values = Readonly<Partial<Record<RuntimeId, number>>>;

const every = (value: number): Values => on(value, value, value);
const on = (node26: number, bun: number, deno: number): Values => ({ node26, bun, deno });

const ECHOES: readonly (readonly [name: string, size: number, n: Readonly<Record<1 | 10 | 100, number>>])[] = [
  ["64B", 64, { 1: 10_000, 10: 80_000, 100: 100_000 }],
  ["1K", 1024, { 1: 10_000, 10: 80_000, 100: 100_000 }],
  ["16K", 16 * 1024, { 1: 10_000, 10: 40_000, 100: 40_000 }],
  ["100K", 100 * 1024, { 1: 6000, 10: 15_000, 100: 15_000 }],
];

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
  ...ECHOES.flatMap(([name, size, n]) => ([1, 10, 100] as const).map((connections) => echoed(name, n[connections], { connections, size }))),
  {
    ...timed("W8-parked", "resident memory of one task parked on a future", 100_000, {
      cpython: 927,
      generator: on(1500, 800, 2500),
      async: on(1900, 900, 2200),
    }),
    unit: "bytes",
    warmUp: false,
  },
  {
    ...timed("W8-idle", "resident memory of an echo server for one idle connection", 8000),
    unit: "bytes",
    warmUp: false,
    goal: ({ runtime }) => ({ most: runtime === "bun" ? 4000 : 9000 }),
  },
  child("W9-null", "one child without input and output, ten at a time"),
  child("W9-pipe", "one child whose output is read, ten at a time"),
  timed("W10-thread", "one call of a function in a thread", 5000),
];

function timed(name: WorkloadName, title: string, n: number, goals?: Goals, step = 1): Workload {
  const goal = ({ runtime, colour }: Asked): Goal | undefined => {
    const value = colour === null ? undefined : goals?.[colour]?.[runtime];
    return goals === undefined || value === undefined ? undefined : { cpython: goals.cpython / value, derivedFrom: value };
  };
  return { name, title, n, step, unit: "us", warmUp: true, echo: null, goal };
}

function echoed(name: string, n: number, echo: Echo): Workload {
  const { connections, size } = echo;
  const title = `one message of ${size.toLocaleString("en")} bytes echoed, ${
    connections === 1 ? "1 connection" : `${connections} connections`
  }`;
  return { ...timed(`W7-${name}-x${connections}`, title, n), echo, goal: goalOfEcho };
}

function goalOfEcho({ runtime, api }: Asked): Goal {
  if (api === "protocol") return { native: 0.9 };
  return { native: 0.85, cpython: runtime === "bun" ? 1.5 : runtime === "deno" ? 1.2 : 1 };
}

function child(name: ChildWorkload, title: string): Workload {
  return { ...timed(name, title, 300), goal: () => ({ native: 1 / 1.15 }) };
}

/** The operations of one sample and of the warm-up before it. */
export function sizesOf({ n, step, warmUp, echo }: Workload, scale: number): { readonly n: number; readonly warmUp: number } {
  const multiple = (size: number): number => Math.max(1, Math.round(size / step)) * step;
  return { n: multiple(n * scale), warmUp: warmUp ? multiple(n * scale / (echo === null ? 10 : 2)) : 0 };
}
