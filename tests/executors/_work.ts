/** What the tests of executors have done in workers. */

import process from "node:process";
import {
  CancelledError,
  cancelRequested,
  IncompleteReadError,
  moduleFunctions,
  runCoroutineThreadsafe,
  sleep,
  transfer,
} from "../../mod.ts";

const here = moduleFunctions<typeof import("./_loop_side.ts")>(new URL("./_loop_side.ts", import.meta.url));

export const notAFunction = 1;

export function add(a: number, b: number): number {
  return a + b;
}

export async function waitAndAdd(a: number, b: number): Promise<number> {
  await sleep(1);
  return a + b;
}

export function* generate(n: number): Generator<never, number> {
  yield* sleep(1) as unknown as Generator<never, void>;
  return n;
}

class HttpError extends Error {
  readonly status = 404;
}

export function fail(kind: string): never {
  if (kind === "range") throw Object.assign(new RangeError("too far"), { code: "FAR", limit: 3, callback: () => {} });
  if (kind === "own") throw new HttpError("not found", { cause: new TypeError("of the wrong type") });
  if (kind === "group") throw new AggregateError([new RangeError("one"), 2], "several");
  if (kind === "ours") throw new IncompleteReadError(new Uint8Array([1, 2]), 5);
  if (kind === "circle") throw circle();
  if (kind === "hostile") throw Object.defineProperty(new Error("odd"), "trap", { get: () => fail("range") });
  if (kind === "cancelled") throw new CancelledError("by itself");
  throw kind;
}

function circle(): Error {
  const inner = Object.assign(new HttpError("inner"), { code: 7 });
  const outer = new Error("outer", { cause: inner });
  return Object.assign(outer, { again: inner, self: outer, bare: Object.assign(Object.create(null), { fn: () => {} }) });
}

export function giveFunction(): unknown {
  return () => {};
}

export function giveHostObject(kind: string): unknown {
  if (kind === "module") return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  return kind === "blob" ? [new Blob(["text"])] : new Map([["inside", { cause: new DOMException("text") }]]);
}

export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

export function sizeOf(buffer: ArrayBuffer): ArrayBuffer {
  return transfer(buffer, [buffer]);
}

export function increment(memory: Int32Array): void {
  Atomics.add(memory, 0, 1);
}

let initialised = "no";
let jobs = 0;

export function initialise(word: string): void {
  if (word === "fail") throw new RangeError("not today");
  initialised = word;
}

export async function askAtStart(): Promise<void> {
  initialised = String(await runCoroutineThreadsafe(here.double, 4));
}

export async function meet(n: number): Promise<number> {
  await runCoroutineThreadsafe(here.meet);
  return n;
}

export function jobsBefore(): string {
  return `${initialised} ${jobs++}`;
}

export function exit(code: number): never {
  process.exit(code);
}

export function kill(): void {
  process.kill(process.pid, "SIGKILL"); // as the system does to a process for which it has no memory
  for (;;);
}

/** Takes it in small pieces: V8 ends the whole process where one piece goes far over the limit, as an array does that doubles. */
export function takeAllMemory(): never {
  for (let taken: unknown = null;;) taken = { taken, more: [1, 2, 3, 4] };
}

/** Some hundred megabytes. */
export function takeMuchMemory(): string {
  let taken: unknown = null;
  for (let piece = 0; piece < 2_000_000; piece++) taken = { taken, more: [1, 2, 3, 4] };
  return taken === null ? "nothing" : "much";
}

export async function tellAndSpin(): Promise<never> {
  await runCoroutineThreadsafe(here.tell, process.pid);
  for (;;);
}

export async function failOutside(): Promise<void> {
  setTimeout(() => {
    throw new TypeError("nobody catches it");
  }, 0);
  await new Promise(() => {});
}

/** Runs until it is told to stop; says so in `memory`: 1 when it has begun, 2 when it ends. */
export function spin(memory: Int32Array): void {
  set(memory, 1);
  while (!cancelRequested());
  set(memory, 2);
}

/** Never looks. */
export function spinForEver(memory: Int32Array): void {
  set(memory, 1);
  for (;;);
}

/** The same between awaits, for processes. */
export async function waitUntilTold(): Promise<string> {
  await runCoroutineThreadsafe(here.began);
  while (!cancelRequested()) await new Promise((resolve) => setTimeout(resolve, 1));
  return "unused";
}

/** Begun when `memory` says 1, ends when someone writes 3 there. */
export function holdOn(memory: Int32Array): string {
  set(memory, 1);
  while (Atomics.load(memory, 0) !== 3) Atomics.wait(memory, 0, 1, 1000);
  return "held";
}

function set(memory: Int32Array, value: number): void {
  Atomics.store(memory, 0, value);
  Atomics.notify(memory, 0);
}

export function blockFor(n: number): number {
  return runCoroutineThreadsafe(here.double, n).result(10_000);
}

export async function awaitFor(n: number): Promise<number> {
  return await runCoroutineThreadsafe(here.double, n);
}

export function blockTooLong(): string {
  const call = runCoroutineThreadsafe(here.waitForEver);
  try {
    call.result(10);
    return "it has ended";
  } catch (error) {
    call.cancel("given up");
    return (error as Error).name;
  }
}

export function hearOfCancellation(): string {
  try {
    runCoroutineThreadsafe(here.cancelItself).result(10_000);
    return "it has ended";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

export function bothAtOnce(): number {
  const calls = [1, 2, 3].map((n) => runCoroutineThreadsafe(here.double, n));
  return calls.reduce((sum, call) => sum + call.result(10_000), 0);
}

export async function askAndDie(): Promise<void> {
  void runCoroutineThreadsafe(here.waitForEver);
  await runCoroutineThreadsafe(here.double, 1);
  process.exit(3);
}

/** One of the jobs of the great trial. */
export function trial(n: number, fate: string): number {
  if (fate === "die") process.exit(9);
  if (fate === "fail") throw new RangeError(`trial ${n}`);
  const end = Date.now() + (fate === "slow" ? 2 : 0);
  while (Date.now() < end && !cancelRequested());
  return n;
}
