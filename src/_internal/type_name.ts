/**
 * What error messages call a value that was not expected.
 *
 * @module
 */

/** As `typeof`, but null is "null". */
export function typeName(value: unknown): string {
  return value === null ? "null" : typeof value;
}
