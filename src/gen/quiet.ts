/**
 * Errors that are not worth a report.
 *
 * @module
 */
import { type ErrorMatcher, predicateOf } from "../errors.ts";

/** What is not to be reported. */
export interface QuietOptions {
  /** Errors that are not told to the loop's exception handler: a class, several classes, or what a function says. @default none */
  readonly quietExceptions?: ErrorMatcher;
}

/** Whether an error is one of the quiet ones. */
export type IsQuiet = (error: unknown) => boolean;

/** @throws TypeError for anything but error classes or a function. */
export function quietOnes({ quietExceptions }: QuietOptions): IsQuiet {
  const isNone = quietExceptions === undefined || (Array.isArray(quietExceptions) && quietExceptions.length === 0);
  return isNone ? () => false : predicateOf(quietExceptions);
}
