/**
 * From a host's error to one of src/errors.ts, with the host's own as its cause.
 *
 * Node's libraries, which all hosts have, put a symbolic code on their errors. Deno's own have a class each, and mostly the code too.
 *
 * @module
 */
import {
  AddressInfoError,
  BrokenPipeError,
  ConnectionAbortedError,
  ConnectionRefusedError,
  ConnectionResetError,
  FileExistsError,
  FileNotFoundError,
  OSError,
  type OSErrorOptions,
  PermissionError,
  ProcessLookupError,
} from "../../errors.ts";
import type { Endpoint } from "../../runtime/net_driver.ts";

type OSErrorClass = new (message: string, options: OSErrorOptions) => OSError;

const CLASS_OF_CODE: Readonly<Record<string, OSErrorClass>> = {
  ECONNREFUSED: ConnectionRefusedError,
  ECONNRESET: ConnectionResetError,
  ECONNABORTED: ConnectionAbortedError,
  EPIPE: BrokenPipeError,
  ESHUTDOWN: BrokenPipeError,
  ENOENT: FileNotFoundError,
  EEXIST: FileExistsError,
  EACCES: PermissionError,
  EPERM: PermissionError,
  ESRCH: ProcessLookupError,
};

/** Resolvers' words for what getaddrinfo, and Python with it, has its own codes for. */
const CODE_OF_RESOLVER: Readonly<Record<string, string>> = {
  ENOTFOUND: "EAI_NONAME",
  ENODATA: "EAI_NODATA",
};

/** Codes of Deno's classes, for errors that come without one. */
const CODE_OF_DENO_CLASS: Readonly<Record<string, string>> = {
  NotCapable: "EPERM",
  PermissionDenied: "EACCES",
  ConnectionRefused: "ECONNREFUSED",
  ConnectionReset: "ECONNRESET",
  ConnectionAborted: "ECONNABORTED",
  NotConnected: "ENOTCONN",
  AddrInUse: "EADDRINUSE",
  AddrNotAvailable: "EADDRNOTAVAIL",
  NetworkUnreachable: "ENETUNREACH",
  BrokenPipe: "EPIPE",
  AlreadyExists: "EEXIST",
  NotFound: "ENOENT",
  TimedOut: "ETIMEDOUT",
  Interrupted: "EINTR",
  WouldBlock: "EAGAIN",
  BadResource: "EBADF",
  Busy: "EBUSY",
};

/** Deno's errors for a name that cannot be resolved have neither a class of their own nor a code. */
const UNKNOWN_TO_DENO = /^(failed to lookup address information|invalid host)/;

const REASON_OF_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the peer reset the connection",
  ECONNABORTED: "the connection was aborted",
  EPIPE: "the peer reads no more",
  ESHUTDOWN: "the sending side is shut down",
  ENOENT: "there is no such file",
  EEXIST: "the file exists",
  EACCES: "permission denied",
  EPERM: "not permitted",
  ESRCH: "there is no such process",
  EAI_NONAME: "the name is not known",
  EAI_NODATA: "the name has no address",
  EAI_AGAIN: "the name servers did not answer",
  EADDRINUSE: "the address is in use",
  EADDRNOTAVAIL: "the address is not of this machine",
  ENETUNREACH: "the network cannot be reached",
  EHOSTUNREACH: "the host cannot be reached",
  ETIMEDOUT: "the peer did not answer",
  EMFILE: "too many open files",
  EAGAIN: "there is no room for it at the moment",
};

/** What a caller knows of the place where it went wrong: a path, or what fills in for what the host's error does not say. */
export interface ErrorPlace {
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
}

/** The place that one end of a socket is. */
export function placeOf(endpoint: Endpoint): ErrorPlace {
  return "path" in endpoint ? { path: endpoint.path } : { address: endpoint.host, port: endpoint.port };
}

/** The fields that hosts put on errors, each of any type: nothing is known for certain. */
type HostError = Partial<Record<"name" | "message" | "code" | "errno" | "syscall" | "address" | "port" | "path" | "errors", unknown>>;

/**
 * The error of src/errors.ts for a host's error, which becomes its `cause`. `action` completes the sentence "Cannot …".
 * `errno` is the positive number of the operating system's headers, as in Python, where the host gives one. An error that is an
 * OSError already is returned as it is.
 */
export function toOSError(error: unknown, action: string, place: ErrorPlace = {}): OSError {
  if (error instanceof OSError) return error;
  const fields = fieldsOf(error);
  const code = codeOf(fields);
  return new (classOf(code))(`Cannot ${action}: ${reasonOf(fields, code)}`, {
    cause: error,
    ...text("code", code),
    ...(typeof fields.errno === "number" ? { errno: Math.abs(fields.errno) } : {}),
    ...text("syscall", fields.syscall),
    ...(place.path === undefined ? addressOf(fields, place) : { path: place.path }),
  });
}

function addressOf(fields: HostError, place: ErrorPlace): Pick<OSErrorOptions, "address" | "port" | "path"> {
  const port = fields.port ?? place.port;
  return {
    ...text("address", fields.address ?? place.address),
    ...(typeof port === "number" ? { port } : {}),
    ...text("path", fields.path),
  };
}

/** Where several addresses were tried in vain, hosts give a collection without a message: the first is the one to show. */
function fieldsOf(error: unknown): HostError {
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const fields = error as HostError;
  const first = Array.isArray(fields.errors) ? fields.errors[0] : undefined;
  return typeof first === "object" && first !== null ? first as HostError : fields;
}

function codeOf(fields: HostError): string | undefined {
  if (typeof fields.code === "string") {
    const code = fields.code.startsWith("DNS_") ? fields.code.slice(4) : fields.code;
    return CODE_OF_RESOLVER[code] ?? code;
  }
  if (typeof fields.name === "string" && Object.hasOwn(CODE_OF_DENO_CLASS, fields.name)) return CODE_OF_DENO_CLASS[fields.name];
  return typeof fields.message === "string" && UNKNOWN_TO_DENO.test(fields.message) ? "EAI_NONAME" : undefined;
}

function classOf(code: string | undefined): OSErrorClass {
  if (code === undefined) return OSError;
  return CLASS_OF_CODE[code] ?? (code.startsWith("EAI_") ? AddressInfoError : OSError);
}

function reasonOf(fields: HostError, code: string | undefined): string {
  const message = typeof fields.message === "string" && fields.message !== "" ? fields.message : "the host did not say why";
  if (code === undefined || fields.name === "NotCapable") return message; // Deno says which permission it wants
  return `${REASON_OF_CODE[code] ?? message} (${code})`;
}

function text<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  return typeof value === "string" ? { [key]: value } as { readonly [P in K]?: string } : {};
}
