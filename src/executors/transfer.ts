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

/**
 * Hosts send objects of their own (a Blob, a WebAssembly.Module) between threads, but to a process as nothing, or as what ends it when it is read.
 *
 * @throws when a process cannot be given `value`: what cannot be cloned, memory that is shared, and such objects.
 */
export function checkForProcess(value: unknown): void {
  refuseForeign(structuredClone(value), new Set()); // the copy has no classes but those of the host
}

/** The classes, by their tags, that arrive as what they were. */
const DATA: ReadonlySet<string> = new Set([
  "Array",
  "Boolean",
  "Number",
  "String",
  "BigInt",
  "Date",
  "RegExp",
  "Map",
  "Set",
  "Error",
  "ArrayBuffer",
]);

function refuseForeign(value: unknown, seen: Set<unknown>): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  if (memory instanceof SharedArrayBuffer) throw new TypeError("a SharedArrayBuffer cannot be shared with a process");
  if (memory instanceof ArrayBuffer) return;
  if (!isData(value)) throw new TypeError(`a ${value.constructor?.name ?? "host's object"} cannot be sent to a process`);
  if (value instanceof Map) { for (const entry of value) refuseForeign(entry, seen); }
  else if (value instanceof Set) { for (const item of value) refuseForeign(item, seen); }
  else for (const item of Object.values(value)) refuseForeign(item, seen);
  if (value instanceof Error) refuseForeign(value.cause, seen);
}

function isData(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype || DATA.has(Object.prototype.toString.call(value).slice("[object ".length, -1));
}
