/**
 * What is moved between threads, not copied.
 *
 * @module
 */

/** A value with what of it is to be moved. */
class Transfer {
  readonly value: unknown;
  readonly list: readonly object[];

  constructor(value: unknown, list: readonly object[]) {
    this.value = value;
    this.list = list;
  }
}

/**
 * Marks an argument of a job, or what a job returns, as moved instead of cloned: the buffers and ports in `list` are gone here once it is sent. Processes
 * copy all the same. To be used at once, as an argument or after `return`.
 *
 * @throws TypeError when `list` is no array of objects.
 */
export function transfer<T>(value: T, list: readonly (ArrayBuffer | MessagePort)[]): T {
  if (!Array.isArray(list) || list.some((item) => typeof item !== "object" || item === null)) {
    throw new TypeError("Cannot transfer a value: an array of ArrayBuffers and MessagePorts was expected");
  }
  return new Transfer(value, list) as T;
}

/** The value itself; what of it is to be moved is added to `list`. */
export function unwrap(value: unknown, list: object[]): unknown {
  if (!(value instanceof Transfer)) return value;
  list.push(...value.list);
  return value.value;
}

/** @throws when a process cannot be given `value`: what cannot be cloned, and memory that is shared. */
export function checkForProcess(value: unknown): void {
  structuredClone(value);
  refuseShared(value, new Set());
}

function refuseShared(value: unknown, seen: Set<unknown>): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  if (memory instanceof SharedArrayBuffer) throw new TypeError("a SharedArrayBuffer cannot be shared with a process");
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  if (value instanceof Map) { for (const entry of value) refuseShared(entry, seen); }
  else if (value instanceof Set) { for (const item of value) refuseShared(item, seen); }
  else for (const item of Object.values(value)) refuseShared(item, seen);
}
