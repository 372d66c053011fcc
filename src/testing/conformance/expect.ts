/**
 * Statements of the conformance suites: each throws an error that says what was seen and what was expected.
 *
 * @module
 */
import type { CoroutineGenerator } from "../../core/mod.ts";

/** @throws Error unless both print the same. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [seen, wanted] = [show(actual), show(expected)];
  if (seen !== wanted) throw new Error(`${what}: ${seen}, where ${wanted} was expected`);
}

/** @throws Error unless it holds. `what` says what should hold. */
export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`it does not hold that ${what}`);
}

/** @throws Error unless the bytes are those that were expected; tells the first place where they are not. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} bytes came, where ${expected.length} were expected`);
  for (let at = 0; at < actual.length; at++) {
    if (actual[at] !== expected[at]) throw new Error(`${what}: byte ${at} is ${actual[at]}, where ${expected[at]} was expected`);
  }
}

/** The name of what `body` throws; the statement fails when it throws nothing. */
export function thrownBy(body: () => unknown, what: string): string {
  try {
    body();
  } catch (error) {
    return nameOf(error);
  }
  throw new Error(`${what}: nothing was thrown`);
}

/** The error that a wait ends with; null where it ends well. */
export function* failureOf(waiting: Iterable<unknown>): CoroutineGenerator<unknown> {
  try {
    yield* waiting as CoroutineGenerator<unknown>;
  } catch (error) {
    return error;
  }
  return null;
}

/** What an error is called; "null" for none. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value !== "object" || value === null) return typeof value === "string" ? JSON.stringify(value) : String(value);
  return `{ ${Object.entries(value).map(([key, field]) => `${key}: ${show(field)}`).sort().join(", ")} }`;
}
