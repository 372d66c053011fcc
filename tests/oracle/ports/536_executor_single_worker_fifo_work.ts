// Threads share no lists: the log is an array of this module on the main thread, and jobs append to it there.
import { moduleFunctions, runCoroutineThreadsafe } from "tsyncio";

export const log: string[] = [];

export function append(line: string): void {
  log.push(line);
}

const { append: appendThere } = moduleFunctions<{ append: typeof append }>(import.meta.url);

export function job(n: number): number {
  runCoroutineThreadsafe(appendThere, `start ${n}`).result();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  runCoroutineThreadsafe(appendThere, `end ${n}`).result();
  return n;
}
