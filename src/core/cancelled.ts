/**
 * Making and telling CancelledErrors.
 *
 * @module
 */
import { CancelledError } from "../errors.ts";
import type { LoopFace } from "./running.ts";

/**
 * A CancelledError without a stack trace, which would show the loop and not the task, and cost more than the
 * rest of a cancellation. With a loop in debug mode it has one.
 */
export function makeCancelledError(message: string | undefined, loop: LoopFace): CancelledError {
  if (loop.getDebug()) return new CancelledError(message);
  const errors = Error as { stackTraceLimit?: number | undefined };
  const limit = errors.stackTraceLimit;
  errors.stackTraceLimit = undefined; // half the cost of 0, which still makes the text of an empty trace
  const error = message === undefined ? new CancelledError() : new CancelledError(message);
  errors.stackTraceLimit = limit;
  return error;
}

/** Whether an error is a cancellation. Use it where Python has `except CancelledError`. */
export function isCancelled(error: unknown): error is CancelledError {
  return error instanceof CancelledError;
}
