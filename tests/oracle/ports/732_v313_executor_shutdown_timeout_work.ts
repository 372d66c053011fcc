// The job says its line where `emit` is: on the loop of the main thread.
import { moduleFunctions, runCoroutineThreadsafe } from "tsyncio";

let emitHere: (text: string) => void = () => {};

export function emitWith(emit: (text: string) => void): void {
  emitHere = emit;
}

export function say(text: string): void {
  emitHere(text);
}

const { say: emit } = moduleFunctions<{ say: typeof say }>(import.meta.url);

export function job(): string {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
  runCoroutineThreadsafe(emit, "job ends").result();
  return "unused";
}
