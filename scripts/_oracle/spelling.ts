/** How a trace spells values, so that it carries no spelling of either language. */

/** Errors of JavaScript and of the library, and the names that Python has for them. */
const PYTHON_NAMES: Readonly<Record<string, string>> = {
  RangeError: "ValueError",
  UnsupportedOperationError: "NotImplementedError",
  AddressInfoError: "gaierror",
};

/** One line of a trace: the parts, joined by spaces. Throws where the line would be several. */
export function spellLine(parts: readonly unknown[]): string {
  const line = parts.map(spell).join(" ");
  if (line.includes("\n")) throw new RangeError(`Cannot emit ${JSON.stringify(line)}: one call writes one line`);
  return line;
}

/**
 * A value as traces write it: text as it is, bytes as latin-1 text with escaped line ends, `[a, b]`, `{k: v}`, a Set
 * sorted, `Name(message)` for an error, `Name` for its class.
 */
export function spell(value: unknown): string {
  if (value === undefined || value === null) return "none";
  if (typeof value === "string") return value;
  if (typeof value === "number") return spellNumber(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return spellBytes(value);
  if (Array.isArray(value)) return `[${value.map(spell).join(", ")}]`;
  if (value instanceof Set) return `[${[...value].map(spell).sort().join(", ")}]`;
  if (value instanceof Map) return spellEntries([...value]);
  if (value instanceof Error) return spellError(value);
  if (isErrorClass(value)) return pythonName(value.name);
  if (isRecord(value)) return spellEntries(Object.entries(value));
  throw new TypeError(`Cannot emit ${String(value)}: traces have no form for it`);
}

function spellNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}

function spellBytes(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return text.replaceAll("\r", "\\r").replaceAll("\n", "\\n").replaceAll("\0", "\\0");
}

function spellEntries(entries: readonly (readonly [unknown, unknown])[]): string {
  return `{${entries.map(([key, value]) => `${spell(key)}: ${spell(value)}`).join(", ")}}`;
}

function spellError(error: Error): string {
  const name = pythonName(nameOfError(error));
  return error.message === "" ? name : `${name}(${error.message})`;
}

function pythonName(name: string): string {
  return PYTHON_NAMES[name] ?? name;
}

/** The name that the error or its class states; a class of a scenario's own may leave it to the name of the class. */
function nameOfError(error: Error): string {
  if (Object.hasOwn(error, "name")) return error.name;
  const prototype = Object.getPrototypeOf(error) as Error;
  return Object.hasOwn(prototype, "name") ? error.name : prototype.constructor.name;
}

function isErrorClass(value: unknown): value is { readonly name: string } {
  return typeof value === "function" && (value === Error || value.prototype instanceof Error);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
