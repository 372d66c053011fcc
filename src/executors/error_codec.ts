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
  /** Its own fields but these. */
  readonly fields: readonly (readonly [name: string, value: Part])[];
}

/** An error, by its number; an array with errors in it; or a value as it is. */
type Part = { readonly error: number } | { readonly items: readonly Part[] } | { readonly value: unknown };

/** What was thrown, and the errors in it: each is there once, however often it is met, so that a circle of causes has an end. */
export interface Encoded {
  readonly thrown: Part;
  readonly errors: readonly EncodedError[];
}

/** More errors than this become text. */
const MANY = 1000;
const APART: ReadonlySet<string> = new Set(["name", "message", "stack"]);

/** `thrown` as plain data. With `test`, which throws for what cannot be sent, such values become text. */
export function encodeError(thrown: unknown, test: (value: unknown) => void = () => {}): Encoded {
  const encoder = new Encoder(test);
  return { thrown: encoder.part(thrown), errors: [...encoder.errors()] };
}

class Encoder {
  readonly #test: (value: unknown) => void;
  readonly #numbers = new Map<Error, number>();

  constructor(test: (value: unknown) => void) {
    this.#test = test;
  }

  part(value: unknown): Part {
    if (value instanceof Error) return this.#reference(value);
    if (Array.isArray(value) && value.some((item) => item instanceof Error)) return { items: value.map((item) => this.part(item)) };
    return { value: this.#sendable(value) };
  }

  /** Those that were met, also on the way. */
  *errors(): Generator<EncodedError> {
    for (const error of this.#numbers.keys()) yield this.#encode(error);
  }

  #reference(error: Error): Part {
    const known = this.#numbers.get(error);
    if (known !== undefined) return { error: known };
    if (this.#numbers.size >= MANY) return { value: asText(error) };
    this.#numbers.set(error, this.#numbers.size);
    return { error: this.#numbers.size - 1 };
  }

  #encode(error: Error): EncodedError {
    const fields = Object.getOwnPropertyNames(error).filter((name) => !APART.has(name)).map((name) =>
      [name, this.part(read(error, name))] as const
    );
    const code = Object.hasOwn(error, "code") ? undefined : read(error, "code");
    if (typeof code === "string" || typeof code === "number") fields.push(["code", { value: code }]);
    const stack = read(error, "stack");
    return {
      name: nameOf(error),
      message: asText(read(error, "message")),
      stack: typeof stack === "string" ? stack : undefined,
      fields,
    };
  }

  #sendable(value: unknown): unknown {
    try {
      this.#test(value);
      return value;
    } catch {
      return asText(value);
    }
  }
}

/** A field, which may be a getter that throws. */
function read(error: Error, name: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[name];
  } catch (thrown) {
    return asText(thrown);
  }
}

function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function nameOf(error: Error): string {
  const name = asText(read(error, "name"));
  const { constructor } = error;
  return name === "Error" && typeof constructor === "function" && constructor.name !== "" ? constructor.name : name;
}

type ErrorClass = abstract new (...args: never[]) => Error;

/** The error again, of its class where that is the language's or this library's, else an Error of that name. */
export function decodeError(encoded: Encoded): unknown {
  const decoded = encoded.errors.map(withoutFields);
  for (const [number, { fields }] of encoded.errors.entries()) {
    const error = decoded[number]!;
    for (const [name, part] of fields) {
      if (name !== "code" || (error as { code?: unknown }).code === undefined) define(error, name, decodePart(part, decoded));
    }
  }
  return decodePart(encoded.thrown, decoded);
}

function withoutFields({ name, message, stack }: EncodedError): Error {
  const known = classOf(name);
  // Without calling its constructor, whose arguments are not known.
  const error = Reflect.construct(Error, [message], known ?? Error) as Error;
  if (known === undefined) define(error, "name", name);
  if (stack !== undefined) define(error, "stack", stack);
  return error;
}

function decodePart(part: Part, decoded: readonly Error[]): unknown {
  if ("value" in part) return part.value;
  return "items" in part ? part.items.map((item) => decodePart(item, decoded)) : decoded[part.error];
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
  const ours = (errors as unknown as Record<string, ErrorClass | undefined>)[name];
  if (ours?.prototype instanceof Error) return ours;
  const builtIn = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError, Error];
  return builtIn.find((one) => one.name === name) as ErrorClass | undefined;
}
