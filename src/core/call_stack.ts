/**
 * Where the code of a task is.
 *
 * @module
 */
import { currentFrames, isOurs } from "./debug_notes.ts";
import { currentStrand, running } from "./running.ts";
import { Strand } from "./strand.ts";

/** Where the kernel calls code of a task. */
const CALLERS = /core[/\\](strand|task|body|turns|coroutine|promise_interop|single_wait|future|sleeping)\.[jt]s/;
/** What is on the stack of those who ask for one. JavaScriptCore leaves out functions that end with a call: they cannot be counted. */
const ASKING = /core[/\\](call_graph|call_stack|debug_notes|task)\.[jt]s/;
/** What is on the stack of a probe besides the generators: the probe, what is waited for, and iterators that are objects. */
const IN_BETWEEN = /(core[/\\](call_stack|debug_notes|single_wait|future|body)|tasks[/\\]timeout)\.[jt]s/;

/**
 * The frames of a strand and of those below it, innermost first. `live` are those on the stack. In debug mode it is known of an async function where it made what
 * it waits for.
 */
export function framesOfStrand(strand: Strand, live: readonly string[]): string[] {
  if (strand === currentStrand()) return [...live];
  const waiting = strand._waitsFor();
  const inner = waiting instanceof Strand ? framesOfStrand(waiting, live) : waiting?._label ? [waiting._label] : [];
  const origin = strand._steps === null && waiting !== null ? strand.loop._notes?.originOf(waiting) : undefined;
  return [...inner, ...(origin?.slice(0, 1) ?? framesOfSteps(strand))];
}

/** The frames on the stack, from those who ask, `skipped` of them left out, to where the kernel called the code of the task that runs. */
export function liveFrames(skipped = 0): string[] {
  const all = currentFrames();
  const frames = all.slice(all.findIndex((frame) => !isOurs(frame, ASKING)) + skipped); // who asks is the user, by a function of the library
  const end = frames.findIndex((frame) => isOurs(frame, CALLERS));
  return end < 0 ? frames : frames.slice(0, end);
}

/**
 * Of a generator that is suspended. It cannot be asked where; but `yield*` hands a `next` down to what it waits for without running any code in between, and there
 * the stack shows. Of an async function, and of a generator that waits for nothing, no more is known than its name.
 */
function framesOfSteps(strand: Strand): string[] {
  const frames = strand._steps === null || strand._waitsFor() === null ? null : probe(strand._steps);
  return frames ?? [strand._functionName()];
}

/** Null for a generator that runs: it is on the stack, below the first part of a body. */
function probe(steps: Iterator<unknown, unknown, unknown>): string[] | null {
  let frames: string[] | null = null;
  running.probe = () => void (frames = currentFrames());
  stepToProbe(steps);
  running.probe = null;
  return frames === null ? null : between(frames);
}

/** Its name marks where the generators end. Inside `try`, for else engines may leave it out of the stack. */
function stepToProbe(steps: Iterator<unknown, unknown, unknown>): void {
  try {
    steps.next();
  } catch {
    // It runs.
  }
}

function between(frames: readonly string[]): string[] {
  const end = frames.findIndex((frame) => frame.includes("stepToProbe"));
  return frames.slice(0, end).filter((frame) => !isOurs(frame, IN_BETWEEN));
}
