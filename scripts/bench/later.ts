/** The parts of the library that a workload needs and `mod.ts` may lack so far. */

import * as tsyncio from "../../mod.ts";
import type { Awaitable } from "../../mod.ts";

/** What the workloads use of a queue. */
export interface QueueLike<T> {
  put(item: T): Awaitable<void>;
  get(): Awaitable<T>;
}

/** What the workloads use of a lock. */
export interface LockLike {
  acquire(): Awaitable<unknown>;
  release(): void;
}

interface Classes {
  readonly Queue: new <T>(maxsize: number) => QueueLike<T>;
  readonly Lock: new () => LockLike;
}

const NEEDED: Readonly<Record<string, keyof Classes>> = { "W3-q1": "Queue", "W3-q100": "Queue", "W5": "Lock" };

/** Why a workload cannot run; undefined when it can. */
export function whyUnavailable(workload: string): string | undefined {
  const name = NEEDED[workload];
  return name === undefined || name in tsyncio ? undefined : `mod.ts exports no ${name}`;
}

/** A new bounded queue. */
export function makeQueue<T>(maxsize: number): QueueLike<T> {
  return new (classes().Queue)<T>(maxsize);
}

/** A new lock. */
export function makeLock(): LockLike {
  return new (classes().Lock)();
}

function classes(): Classes {
  return tsyncio as unknown as Classes;
}
