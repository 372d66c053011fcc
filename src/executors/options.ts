/**
 * How executors are made and ended.
 *
 * @module
 */
import type { ModuleFunction } from "./module_function.ts";

/** How an executor is to be made. */
export interface ExecutorOptions {
  /** How many workers there are at the most; they are started when they are needed. @default for threads as many as processors and four more, up to 32; for processes as many as processors */
  readonly maxWorkers?: number;
  /** Called in each worker before its first job. When it fails the executor is broken. */
  // deno-lint-ignore no-explicit-any -- of any arguments
  readonly initializer?: ModuleFunction<any[], unknown>;
  /** Its arguments. */
  readonly initargs?: readonly unknown[];
  /** After so many jobs a worker is replaced. @default never */
  readonly maxTasksPerChild?: number;
  /** What its workers are called, for people. */
  readonly name?: string;
  /** How many milliseconds a running job may go on after its future was cancelled before its worker is terminated and replaced. @default for ever */
  readonly terminateAfter?: number;
}

/** How an executor is to be shut down. */
export interface ShutdownOptions {
  /** Whether to wait for the jobs, those that run and those that are queued, and for the ends of the workers. @default true */
  readonly wait?: boolean;
  /** Whether to cancel the jobs that are queued. @default false */
  readonly cancelFutures?: boolean;
}
