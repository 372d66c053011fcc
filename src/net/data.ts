/**
 * Data as bytes.
 *
 * @module
 */

/** What can be written: bytes, or text that is sent as UTF-8. */
export type Data = Uint8Array | string;

/** @throws TypeError unless `data` is a Uint8Array or a string. `action` completes the sentence "Cannot …". */
export function checkData(data: unknown, action: string): asserts data is Data {
  if (typeof data === "string" || data instanceof Uint8Array) return;
  throw new TypeError(`Cannot ${action}: a Uint8Array or string was expected, got ${describe(data)}`);
}

/** The bytes of `data`, in memory of their own. */
export function copyOf(data: Data): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
}

/** The bytes of `parts`, one after the other. */
export function join(parts: Iterable<Uint8Array>, length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? value.constructor?.name ?? "object" : typeof value;
}
