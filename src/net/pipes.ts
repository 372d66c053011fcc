/**
 * Connecting to pipes. What `EventLoop` offers as methods, for any loop.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, type CoroutineGenerator, scopedAwaitable } from "../core/mod.ts";
import { UnsupportedOperationError } from "../errors.ts";
import type { Abandon, Outcome } from "../runtime/net_driver.ts";
import type { PipeDriver, PipeTarget, ReadPipe, WritePipe } from "../runtime/pipe_driver.ts";
import { attempt } from "./attempt.ts";
import { begin, type Beginning, protocolFor } from "./begin.ts";
import type { BaseProtocol } from "./base_protocol.ts";
import { pathOfUrl } from "./file_path.ts";
import type { NetLoop } from "./net_loop.ts";
import type { Protocol } from "./protocols.ts";
import { ReadPipeTransport } from "./read_pipe_transport.ts";
import type { ReadTransport, WriteTransport } from "./transports.ts";
import { WritePipeTransport } from "./write_pipe_transport.ts";

/**
 * A pipe: a standard stream of this process; a file descriptor, or the path or file: URL, of a FIFO, a socket or a character device; or a stream of the
 * web that has bytes. (A file in the current folder that has the name of a standard stream is "./stdin".)
 */
export type PipeSource = "stdin" | "stdout" | "stderr" | number | string | URL | ReadableStream<Uint8Array> | WritableStream<Uint8Array>;

const READ = "connect a read pipe";
const WRITE = "connect a write pipe";

/** `EventLoop.connectReadPipe`. */
export function connectReadPipe<P extends Partial<Protocol>>(
  loop: NetLoop,
  protocolFactory: () => P,
  source: PipeSource,
): Awaitable<[ReadTransport, P]> {
  checkFactory(protocolFactory, READ);
  const target = targetOf(source, READ, "getReader");
  if (target === "stdout" || target === "stderr") throw new RangeError(`Cannot ${READ}: ${target} is only written`);
  const open = (outcome: Outcome<ReadPipe>): Abandon => driverOf(loop, READ).openRead(target, outcome);
  return scopedAwaitable(connect(loop, protocolFactory, open, (pipe, protocol) => new ReadPipeTransport(loop, pipe, protocol)));
}

/** `EventLoop.connectWritePipe`. */
export function connectWritePipe<P extends Partial<BaseProtocol>>(
  loop: NetLoop,
  protocolFactory: () => P,
  source: PipeSource,
): Awaitable<[WriteTransport, P]> {
  checkFactory(protocolFactory, WRITE);
  const target = targetOf(source, WRITE, "getWriter");
  if (target === "stdin") throw new RangeError(`Cannot ${WRITE}: stdin is only read`);
  const open = (outcome: Outcome<WritePipe>): Abandon => driverOf(loop, WRITE).openWrite(target, outcome);
  return scopedAwaitable(connect(loop, protocolFactory, open, (pipe, protocol) => new WritePipeTransport(loop, pipe, protocol)));
}

function checkFactory(protocolFactory: unknown, action: string): void {
  if (typeof protocolFactory === "function") return;
  throw new TypeError(`Cannot ${action}: a function that makes a protocol was expected, got ${typeName(protocolFactory)}`);
}

const STANDARD: readonly string[] = ["stdin", "stdout", "stderr"];

function targetOf(source: unknown, action: string, method: "getReader" | "getWriter"): PipeTarget {
  if (typeof source === "string") return STANDARD.includes(source) ? source as "stdin" : { path: checkedPath(source, action) };
  if (source instanceof URL) return { path: checkedPath(pathOfUrl(source, action), action) };
  if (typeof source === "number") {
    if (!Number.isInteger(source) || source < 0) throw new RangeError(`Cannot ${action}: ${source} is no file descriptor`);
    return (STANDARD[source] as "stdin" | undefined) ?? source;
  }
  if (typeof (source as Partial<Record<typeof method, unknown>> | null)?.[method] === "function") {
    return { stream: checkedStream(source, action) };
  }
  const stream = method === "getReader" ? "ReadableStream" : "WritableStream";
  throw new TypeError(
    `Cannot ${action}: a standard stream, a file descriptor, a path or a ${stream} was expected, got ${typeName(source)}`,
  );
}

function checkedPath(path: string, action: string): string {
  if (path === "") throw new RangeError(`Cannot ${action}: the path must not be empty`);
  if (path.includes("\0")) throw new RangeError(`Cannot ${action}: the path must not contain NUL`);
  return path;
}

function checkedStream(stream: unknown, action: string): unknown {
  if ((stream as { readonly locked?: unknown }).locked !== true) return stream;
  throw new RangeError(`Cannot ${action}: the stream is locked, for somebody else uses it`);
}

function* connect<H extends { close(): void }, P, T extends Beginning>(
  loop: NetLoop,
  protocolFactory: () => P,
  open: (outcome: Outcome<H>) => Abandon,
  makeTransport: (pipe: H, protocol: P) => T,
): CoroutineGenerator<[T, P]> {
  const pipe = yield* attempt<H>(loop, open, (late) => late.close());
  const protocol = protocolFor(pipe, protocolFactory);
  const transport = makeTransport(pipe, protocol);
  yield* begin(loop, transport);
  return [transport, protocol];
}

function driverOf(loop: NetLoop, action: string): PipeDriver {
  const { pipes, name } = loop._runtime;
  if (pipes === undefined) throw new UnsupportedOperationError(`Cannot ${action}: the ${name} runtime has none`);
  return pipes;
}
