/**
 * Who waits for whom: what makes a program that hangs explicable (asyncio 3.14).
 *
 * @module
 */
import { RuntimeError } from "../errors.ts";
import { liveFrames } from "./call_stack.ts";
import { Future } from "./future.ts";
import { runningLoop } from "./running.ts";
import { currentTask, Task } from "./task.ts";

/** One frame of a call stack. */
export interface FrameCallGraphEntry {
  /** As engines write it: the function, and in parentheses where it is. Of an async function that is suspended only its name is known. */
  readonly frame: string;
}

/** A future, and all that waits for it. */
export interface FutureCallGraph {
  /** The future or task. */
  readonly future: Future<unknown>;
  /** Where its code is suspended, or of the task that runs where it is; outward. */
  readonly callStack: readonly FrameCallGraphEntry[];
  /** The tasks that wait for it. */
  readonly awaitedBy: readonly FutureCallGraph[];
}

/** What of the graph is wanted. */
export interface CallGraphOptions {
  /** How many frames of the task that runs are left out; the first is that of the function itself. @default 1 */
  readonly depth?: number;
  /** How many frames of each stack: positive those nearest to the wait, negative the farthest, 0 none. @default all */
  readonly limit?: number;
}

type Stacks = { readonly live: readonly string[]; readonly limit: number | undefined };

/**
 * The call graph of a future or task; without one, of the task that runs, null in a plain callback. Waits through `gather`, `wait`, `shield` and groups are followed.
 *
 * An object with an iterator of its own that a task drives (not one that a generator function makes) is asked for `next` once more by this.
 *
 * @throws RuntimeError without a future where no loop runs, TypeError for what is no future.
 */
export function captureCallGraph(future?: Future<unknown>, options: CallGraphOptions = {}): FutureCallGraph | null {
  return capture(future, options);
}

function capture(future: Future<unknown> | undefined, { depth = 1, limit }: CallGraphOptions): FutureCallGraph | null {
  for (const [name, value] of Object.entries({ depth, limit })) {
    if (value !== undefined && !Number.isInteger(value)) {
      throw new (typeof value === "number" ? RangeError : TypeError)(
        `Cannot capture a call graph: ${name} is a whole number, got ${value}`,
      );
    }
  }
  if (future !== undefined && !(future instanceof Future)) {
    throw new TypeError(`Cannot capture a call graph: a future was expected, got ${typeof future}`);
  }
  if (future === undefined && runningLoop() === null) {
    throw new RuntimeError("Cannot capture a call graph: no loop runs here, and no future was given");
  }
  const about = future ?? currentTask();
  return about === null ? null : graphOf(about, { live: liveFrames(Math.max(depth - 1, 0)), limit }, new Set());
}

function graphOf(future: Future<unknown>, stacks: Stacks, above: Set<Future<unknown>>): FutureCallGraph {
  const frames = future instanceof Task ? future._frames(stacks.live) : [];
  above.add(future);
  // Tasks that wait for each other are a circle: it is shown once.
  const awaitedBy = [...future._awaitingTasks()].filter((task) => !above.has(task)).map((task) => graphOf(task, stacks, above));
  above.delete(future);
  return { future, callStack: limited(frames, stacks.limit).map((frame) => ({ frame })), awaitedBy };
}

function limited(frames: readonly string[], limit: number | undefined): readonly string[] {
  if (limit === undefined) return frames;
  return limit >= 0 ? frames.slice(0, limit) : frames.slice(limit);
}

/** The call graph as text, "" where there is none. @throws as `captureCallGraph`. */
export function formatCallGraph(future?: Future<unknown>, options: CallGraphOptions = {}): string {
  const graph = capture(future, options);
  return graph === null ? "" : formatted(graph, "").join("\n");
}

function formatted({ future, callStack, awaitedBy }: FutureCallGraph, indent: string): string[] {
  const lines = [future instanceof Task ? `${indent}* Task(name='${future.getName()}')` : `${indent}* ${future[Symbol.toStringTag]}()`];
  if (callStack.length > 0) lines.push(`${indent}  + Call stack:`, ...callStack.map(({ frame }) => `${indent}  |   at ${frame}`));
  if (awaitedBy.length > 0) lines.push(`${indent}  + Awaited by:`, ...awaitedBy.flatMap((graph) => formatted(graph, `${indent}    `)));
  return lines;
}

/** Writes the call graph with one call of `write`, `console.log` without one. @throws as `captureCallGraph`. */
export function printCallGraph(
  future?: Future<unknown>,
  options: CallGraphOptions & { readonly write?: (text: string) => void } = {},
): void {
  const graph = capture(future, options);
  if (graph === null) return;
  const text = formatted(graph, "").join("\n");
  if (options.write === undefined) console.log(text);
  else options.write(text);
}
