/**
 * What an executor and its workers say to each other.
 *
 * @module
 */
import type { Encoded } from "./error_codec.ts";

/** Which function is to be called, and with what. */
export interface Call {
  readonly url: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The flags of a thread, in shared memory: at 0 the number of the job that was cancelled, at 1 how many answers were sent. */
export const CANCELLED_JOB = 0;
export const ANSWERS = 1;

/** What a call on the loop came to. */
export interface Answer {
  readonly type: "answer";
  readonly id: number;
  readonly value?: unknown;
  readonly error?: Encoded;
}

/**
 * A job: its number, the number that its worker knows the function by, and the arguments; the first time the function too. An array, like the result: hosts
 * clone small ones in half the time of objects.
 */
export type JobMessage = readonly [id: number, fn: number, args: readonly unknown[], url?: string, name?: string];

/** What a job has returned. */
export type Result = readonly [value: unknown];

/** From an executor to a worker. */
export type ToWorker =
  | { readonly type: "start"; readonly flags: Int32Array | null; readonly answers: MessagePort | null; readonly initializer: Call | null }
  | JobMessage
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "look" }
  | Answer;

/** From a worker to its executor. */
export type ToOwner =
  | { readonly type: "ready"; readonly error?: Encoded }
  | Result
  | { readonly type: "failed"; readonly error: Encoded }
  | { readonly type: "call"; readonly id: number; readonly call: Call }
  | { readonly type: "cancelCall"; readonly id: number; readonly message: string };
