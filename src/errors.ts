/**
 * Every public error class. Messages follow one grammar, "Cannot <action>: <state>"; an error that
 * asyncio raises without text has an empty message. `code` says which error it is across copies and threads.
 *
 * Names and codes are getters of the prototypes, so that an error costs no fields of its own.
 *
 * @module
 */

// ---------------------------------------------------------------- tasks and futures

/**
 * Thrown into a task that was cancelled, at the place where it waits. `message` is the text given to `cancel()`, "" without one.
 *
 * Catch it to clean up, then throw it again: a task that swallows it goes on.
 */
export class CancelledError extends Error {
  /** The name of the class. */
  override get name(): string {
    return "CancelledError";
  }
  /** Which error it is, across copies and threads. */
  get code(): "CANCELLED" {
    return "CANCELLED";
  }
}

/** An operation took longer than it was allowed to. */
export class TimeoutError extends Error {
  /** The name of the class. */
  override get name(): string {
    return "TimeoutError";
  }
  /** Which error it is, across copies and threads. */
  get code(): "TIMEOUT" {
    return "TIMEOUT";
  }
}

/** A future was read before it was done, or completed twice. */
export class InvalidStateError extends Error {
  /** The name of the class. */
  override get name(): string {
    return "InvalidStateError";
  }
  /** Which error it is, across copies and threads. */
  get code(): "INVALID_STATE" {
    return "INVALID_STATE";
  }
}

/** The library was used in a way or at a time that it does not allow. */
export class RuntimeError extends Error {
  /** The name of the class. */
  override get name(): string {
    return "RuntimeError";
  }
  /** Which error it is, across copies and threads. */
  get code(): string {
    return "RUNTIME";
  }
}

/** A file cannot be sent without reading it, and that was ruled out. */
export class SendfileNotAvailableError extends RuntimeError {
  /** The name of the class. */
  override get name(): string {
    return "SendfileNotAvailableError";
  }
  /** Which error it is, across copies and threads. */
  override get code(): "SENDFILE_NOT_AVAILABLE" {
    return "SENDFILE_NOT_AVAILABLE";
  }
}

/** This runtime cannot do what was asked; the message names it. */
export class UnsupportedOperationError extends Error {
  /** The name of the class. */
  override get name(): string {
    return "UnsupportedOperationError";
  }
  /** Which error it is, across copies and threads. */
  get code(): "UNSUPPORTED" {
    return "UNSUPPORTED";
  }
}

/** A context variable has neither a value nor a default. */
export class LookupError extends Error {
  /** The name of the class. */
  override get name(): string {
    return "LookupError";
  }
  /** Which error it is, across copies and threads. */
  get code(): "LOOKUP" {
    return "LOOKUP";
  }
}

// ---------------------------------------------------------------- synchronisation

/** A barrier was aborted, or reset while tasks waited at it. */
export class BrokenBarrierError extends RuntimeError {
  /** The name of the class. */
  override get name(): string {
    return "BrokenBarrierError";
  }
  /** Which error it is, across copies and threads. */
  override get code(): "BROKEN_BARRIER" {
    return "BROKEN_BARRIER";
  }
}

// ---------------------------------------------------------------- queues

/** Nothing is in the queue. */
export class QueueEmpty extends Error {
  /** The name of the class. */
  override get name(): string {
    return "QueueEmpty";
  }
  /** Which error it is, across copies and threads. */
  get code(): "QUEUE_EMPTY" {
    return "QUEUE_EMPTY";
  }
}

/** There is no room in the queue. */
export class QueueFull extends Error {
  /** The name of the class. */
  override get name(): string {
    return "QueueFull";
  }
  /** Which error it is, across copies and threads. */
  get code(): "QUEUE_FULL" {
    return "QUEUE_FULL";
  }
}

/** The queue was shut down: nothing can be put in, or nothing is left to be taken out. */
export class QueueShutDown extends Error {
  /** The name of the class. */
  override get name(): string {
    return "QueueShutDown";
  }
  /** Which error it is, across copies and threads. */
  get code(): "QUEUE_SHUT_DOWN" {
    return "QUEUE_SHUT_DOWN";
  }
}

// ---------------------------------------------------------------- executors

/** A worker of an executor ended in the middle of a job, or none could be started. */
export class BrokenExecutor extends RuntimeError {
  /** The name of the class. */
  override get name(): string {
    return "BrokenExecutor";
  }
  /** Which error it is, across copies and threads. */
  override get code(): "BROKEN_EXECUTOR" {
    return "BROKEN_EXECUTOR";
  }
}

// ---------------------------------------------------------------- groups

/** What `split` and `subgroup` of a group look for: an error class, one of several classes, or what a function says of an error. */
export type ErrorMatcher =
  // deno-lint-ignore no-explicit-any -- constructors of any arguments
  | (abstract new (...args: any[]) => Error)
  // deno-lint-ignore no-explicit-any -- constructors of any arguments
  | readonly (abstract new (...args: any[]) => Error)[]
  | ((error: unknown) => boolean);

/** Several errors that happened side by side, such as those of the tasks of a group. Its members may be groups again. */
export class ExceptionGroup extends AggregateError {
  /**
   * `errors` are its members, in their order.
   *
   * @throws TypeError for a message that is no string and errors that are no array, RangeError for no errors.
   */
  constructor(message: string, errors: readonly unknown[]) {
    if (typeof message !== "string") throw new TypeError(`Cannot make a group of errors: its message is a string, got ${typeof message}`);
    if (!Array.isArray(errors)) throw new TypeError(`Cannot make a group of errors: an array was expected, got ${typeof errors}`);
    if (errors.length === 0) throw new RangeError("Cannot make a group of errors: there are no errors");
    super(errors, message);
  }
  /** The name of the class. */
  override get name(): string {
    return "ExceptionGroup";
  }
  /** Which error it is, across copies and threads. */
  get code(): "EXCEPTION_GROUP" {
    return "EXCEPTION_GROUP";
  }

  /**
   * The part of it that matches, with the nesting kept; null if there is none. If a group itself matches it is taken whole.
   *
   * @throws TypeError for anything but error classes or a function.
   */
  subgroup(matches: ErrorMatcher): ExceptionGroup | null {
    return this.split(matches)[0];
  }

  /**
   * The part of it that matches and the rest, each with the nesting kept, or null if there is none. Parts have the message and cause of the whole.
   *
   * @throws TypeError for anything but error classes or a function.
   */
  split(matches: ErrorMatcher): [matching: ExceptionGroup | null, rest: ExceptionGroup | null] {
    return splitGroup(this, predicateOf(matches));
  }
}

type Part = ExceptionGroup | null;

function splitGroup(group: ExceptionGroup, matches: (error: unknown) => boolean): [Part, Part] {
  if (matches(group)) return [group, null];
  const matching: unknown[] = [];
  const rest: unknown[] = [];
  for (const error of group.errors as unknown[]) {
    if (!(error instanceof ExceptionGroup)) {
      (matches(error) ? matching : rest).push(error);
      continue;
    }
    const [inner, others] = splitGroup(error, matches);
    if (inner !== null) matching.push(inner);
    if (others !== null) rest.push(others);
  }
  return [partOf(group, matching), partOf(group, rest)];
}

function partOf(group: ExceptionGroup, errors: readonly unknown[]): Part {
  if (errors.length === 0) return null;
  const part = new ExceptionGroup(group.message, errors);
  if ("cause" in group) Object.defineProperty(part, "cause", { value: group.cause, writable: true, configurable: true });
  return part;
}

/**
 * What a matcher says of an error.
 *
 * @internal
 * @throws TypeError for anything but error classes or a function.
 */
export function predicateOf(matches: ErrorMatcher): (error: unknown) => boolean {
  if (isErrorClass(matches)) return (error) => error instanceof matches;
  if (typeof matches === "function") return (error) => (matches as (error: unknown) => boolean)(error);
  if (Array.isArray(matches) && matches.length > 0 && matches.every(isErrorClass)) {
    return (error) => matches.some((one) => error instanceof one);
  }
  throw new TypeError("Cannot look for errors: an error class, an array of error classes or a function was expected");
}

function isErrorClass(value: unknown): value is abstract new () => Error {
  return typeof value === "function" && (value === Error || value.prototype instanceof Error);
}

// ---------------------------------------------------------------- streams

/** The stream ended before a read was complete. */
export class IncompleteReadError extends Error {
  /** The bytes that came before the end. */
  readonly partial: Uint8Array;
  /** How many bytes were asked for; null where that is not known. */
  readonly expected: number | null;

  /** `expected` is null where it is not known how many bytes were to come. */
  constructor(partial: Uint8Array, expected: number | null) {
    super(`${partial.length} bytes read on a total of ${expected ?? "undefined"} expected bytes`);
    this.partial = partial;
    this.expected = expected;
  }
  /** The name of the class. */
  override get name(): string {
    return "IncompleteReadError";
  }
  /** Which error it is, across copies and threads. */
  get code(): "INCOMPLETE_READ" {
    return "INCOMPLETE_READ";
  }
}

/** No separator was found within the limit of a stream reader. */
export class LimitOverrunError extends Error {
  /** How many bytes of the buffer were looked at, and can be read, without a separator. */
  readonly consumed: number;

  /** `consumed` bytes were looked at. */
  constructor(message: string, consumed: number) {
    super(message);
    this.consumed = consumed;
  }
  /** The name of the class. */
  override get name(): string {
    return "LimitOverrunError";
  }
  /** Which error it is, across copies and threads. */
  get code(): "LIMIT_OVERRUN" {
    return "LIMIT_OVERRUN";
  }
}

// ---------------------------------------------------------------- system errors

/** Fields that a system error carries, and where it came from (`cause`). */
export interface OSErrorOptions extends ErrorOptions {
  /** The host's symbolic code, such as `ECONNREFUSED`. */
  readonly code?: string;
  /** The host's number of the error. */
  readonly errno?: number;
  /** The system call that failed. */
  readonly syscall?: string;
  /** The address it was about. */
  readonly address?: string;
  /** The port it was about. */
  readonly port?: number;
  /** The path it was about. */
  readonly path?: string;
}

/** The operating system refused; `code` is its word for why, `cause` the host's own error. */
export class OSError extends Error {
  /** The host's symbolic code, such as `ECONNREFUSED`. */
  readonly code?: string;
  /** The host's number of the error. */
  readonly errno?: number;
  /** The system call that failed. */
  readonly syscall?: string;
  /** The address it was about. */
  readonly address?: string;
  /** The port it was about. */
  readonly port?: number;
  /** The path it was about. */
  readonly path?: string;

  /** The fields that are given become the error's. */
  constructor(message?: string, options: OSErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    const { code, errno, syscall, address, port, path } = options;
    if (code !== undefined) this.code = code;
    if (errno !== undefined) this.errno = errno;
    if (syscall !== undefined) this.syscall = syscall;
    if (address !== undefined) this.address = address;
    if (port !== undefined) this.port = port;
    if (path !== undefined) this.path = path;
  }
  /** The name of the class. */
  override get name(): string {
    return "OSError";
  }
}

/** A connection could not be made or was lost. */
export class ConnectionError extends OSError {
  /** The name of the class. */
  override get name(): string {
    return "ConnectionError";
  }
}

/** Nobody listens there. */
export class ConnectionRefusedError extends ConnectionError {
  /** The name of the class. */
  override get name(): string {
    return "ConnectionRefusedError";
  }
}

/** The peer dropped the connection. */
export class ConnectionResetError extends ConnectionError {
  /** The name of the class. */
  override get name(): string {
    return "ConnectionResetError";
  }
}

/** The connection was given up by this side. */
export class ConnectionAbortedError extends ConnectionError {
  /** The name of the class. */
  override get name(): string {
    return "ConnectionAbortedError";
  }
}

/** The peer reads no more. */
export class BrokenPipeError extends ConnectionError {
  /** The name of the class. */
  override get name(): string {
    return "BrokenPipeError";
  }
}

/** There is no such file. */
export class FileNotFoundError extends OSError {
  /** The name of the class. */
  override get name(): string {
    return "FileNotFoundError";
  }
}

/** The file is there already. */
export class FileExistsError extends OSError {
  /** The name of the class. */
  override get name(): string {
    return "FileExistsError";
  }
}

/** The operating system or the runtime's permissions forbid it. */
export class PermissionError extends OSError {
  /** The name of the class. */
  override get name(): string {
    return "PermissionError";
  }
}

/** There is no such process (any more). */
export class ProcessLookupError extends OSError {
  /** The name of the class. */
  override get name(): string {
    return "ProcessLookupError";
  }
}

/** A name or service could not be resolved (Python's `socket.gaierror`). */
export class AddressInfoError extends OSError {
  /** The name of the class. */
  override get name(): string {
    return "AddressInfoError";
  }
}

/** TLS failed: the handshake, a record, or the material that a context is made of (Python's `ssl.SSLError`). */
export class SSLError extends OSError {
  /** The name of the class. */
  override get name(): string {
    return "SSLError";
  }
}

/** The peer's certificate is not to be trusted; `code` says why, such as `CERT_HAS_EXPIRED` (Python's `ssl.SSLCertVerificationError`). */
export class SSLCertVerificationError extends SSLError {
  /** The name of the class. */
  override get name(): string {
    return "SSLCertVerificationError";
  }
}
