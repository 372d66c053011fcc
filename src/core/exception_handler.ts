/**
 * Reports of what went wrong where nobody could be told by an error.
 *
 * @module
 */

import type { Future } from "./future.ts";
import type { Handle } from "./handle.ts";
import type { Task } from "./task.ts";

/** What a loop's exception handler is told. Fields that do not apply are absent. */
export interface ExceptionContext {
  /** What happened. */
  message: string;
  /** The error, if there was one. */
  exception?: unknown;
  /** The future it happened to. */
  future?: Future<unknown>;
  /** The task it happened to. */
  task?: Task<unknown>;
  /** The callback it happened in. */
  handle?: Handle;
  /** The async generator it happened to. */
  asyncgen?: AsyncGenerator<unknown, unknown, unknown>;
  /** The protocol of the connection it happened to. */
  // deno-lint-ignore no-explicit-any -- of the layers above
  protocol?: any;
  /** The transport of that connection. */
  // deno-lint-ignore no-explicit-any -- of the layers above
  transport?: any;
  /** The server it happened to. */
  // deno-lint-ignore no-explicit-any -- of the layers above
  server?: any;
  /** In debug mode: where the task, future or callback was made, innermost frame first. */
  sourceTraceback?: readonly string[];
  /** Whatever else is told. */
  [key: string]: unknown;
}

const APART: ReadonlySet<string> = new Set(["message", "exception", "sourceTraceback"]);

/** The report as text: the message, then a line for each further field, and the error as the console is to show it. */
export function formatReport(context: ExceptionContext): [text: string] | [text: string, exception: unknown] {
  const lines = [context.message || "Unhandled exception in event loop"];
  for (const key of Object.keys(context).sort()) {
    if (!APART.has(key)) lines.push(`${key}: ${describe(context[key])}`);
  }
  if (context.sourceTraceback !== undefined) lines.push("created at", ...context.sourceTraceback.map((frame) => `    at ${frame}`));
  const text = lines.join("\n");
  return "exception" in context ? [text, context.exception] : [text];
}

/** A value in a report. */
export function describe(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== "object" || value === null) return String(value);
  const text = String(value);
  return text.startsWith("[object ") ? `<${value.constructor?.name ?? "Object"}>` : text;
}
