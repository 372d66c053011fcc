/**
 * Errors on their way between threads: hosts keep the names of built-in ones, and lose codes, causes and fields.
 *
 * @module
 */
import * as errors from "../errors.ts";

/** An error as plain data. */
export interface EncodedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its own fields but these, as they are or encoded. */
  readonly fields: readonly (readonly [name: string, value: Encoded])[];
}

/** An error as plain data, or a value as it is. */
export type Encoded = { readonly error: EncodedError } | { readonly value: unknown } | { readonly errors: readonly Encoded[] };

/** So deep causes and collections go. */
const DEPTH = 20;
const APART: ReadonlySet<string> = new Set(["name", "message", "stack"]);

/** `thrown` as plain data. With `test`, which throws for what cannot be sent, such values become text. */
export function encodeError(thrown: unknown, test?: (value: unknown) => void): Encoded {
  return encode(thrown, test, 0);
}

function encode(value: unknown, test: ((value: unknown) => void) | undefined, depth: number): Encoded {
  if (value instanceof Error && depth < DEPTH) {
    const fields = Object.getOwnPropertyNames(value).filter((name) => !APART.has(name)).map((name) =>
      [name, encode((value as unknown as Record<string, unknown>)[name], test, depth + 1)] as const
    );
    if (!Object.hasOwn(value, "code") && "code" in value) fields.push(["code", { value: String(value.code) }]);
    return { error: { name: nameOf(value), message: String(value.message), stack: value.stack, fields } };
  }
  if (Array.isArray(value) && value.some((item) => item instanceof Error)) {
    return { errors: value.map((item) => encode(item, test, depth + 1)) };
  }
  return { value: test === undefined ? value : sendable(value, test) };
}

function nameOf(error: Error): string {
  return error.name === "Error" && error.constructor.name !== "" ? error.constructor.name : String(error.name);
}

function sendable(value: unknown, test: (value: unknown) => void): unknown {
  try {
    test(value);
    return value;
  } catch {
    return String(value);
  }
}

type ErrorClass = abstract new (...args: never[]) => Error;

/** The error again, of its class where that is the language's or this library's, else an Error of that name. */
export function decodeError(encoded: Encoded): unknown {
  if ("value" in encoded) return encoded.value;
  if ("errors" in encoded) return encoded.errors.map(decodeError);
  const { name, message, stack, fields } = encoded.error;
  const known = classOf(name);
  // Without calling its constructor, whose arguments are not known.
  const error = Reflect.construct(Error, [message], known ?? Error) as Error;
  if (known === undefined) define(error, "name", name);
  if (stack !== undefined) define(error, "stack", stack);
  for (const [field, value] of fields) {
    if (field === "code" && (error as { code?: unknown }).code !== undefined) continue;
    define(error, field, decodeError(value));
  }
  return error;
}

function define(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: !["name", "stack", "cause", "errors"].includes(name),
  });
}

function classOf(name: string): ErrorClass | undefined {
  const ours = (errors as unknown as Record<string, ErrorClass>)[name];
  if (ours !== undefined) return ours;
  const builtIn = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError, Error];
  return builtIn.find((one) => one.name === name) as ErrorClass | undefined;
}
