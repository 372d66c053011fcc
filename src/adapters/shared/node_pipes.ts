/**
 * PipeDriver over Node's modules, for Node, Bun and Deno.
 *
 * The standard outputs are those of `process`, shared with `console`, and are never closed: a transport that is closed gives them back. Hosts may write
 * to them synchronously, and a reader that does not read then holds up the program.
 *
 * @module
 */
import type { Abandon, Outcome } from "../../runtime/net_driver.ts";
import type { PipeDriver, PipeTarget, ReadPipe, WritePipe } from "../../runtime/pipe_driver.ts";
import { closeDescriptor, type FileKind, nodeFs, readFromDescriptor, writeToDescriptor } from "./descriptor_pipe.ts";
import { toOSError } from "./error_map.ts";
import { hostGlobals } from "./host.ts";
import { type NodeReadable, NodeReadPipe, type NodeWritable, NodeWritePipe } from "./node_pipe.ts";
import { type ByteReader, type ByteSink, PromiseReadPipe, PromiseWritePipe } from "./promise_pipe.ts";

/** What hosts do each in a way of their own. */
export interface HostPipes {
  /** The standard input, which is closed with it. */
  stdin?(): ReadPipe;
  /** A pipe or a socket that the host has a descriptor of, which is closed with it. */
  read(descriptor: number): ReadPipe;
  write(descriptor: number): WritePipe;
  /** What is at a path: a FIFO, the open of which waits for its other end, or a device. */
  openRead?(path: string): Promise<ReadPipe>;
  openWrite?(path: string): Promise<WritePipe>;
}

/** Throws a PermissionError unless the host lets the program open the file. */
export type FilePermissionCheck = (access: "read" | "write", path: string) => void;

/** One way that bytes go. */
interface Direction<P> {
  readonly access: "read" | "write";
  readonly ofStandard: (name: "stdin" | "stdout" | "stderr") => P;
  readonly ofStream: (stream: unknown) => P;
  /** Of a pipe or a socket. */
  readonly ofPipe: (descriptor: number) => P;
  readonly ofDevice: (descriptor: number) => P;
  readonly open: ((path: string) => Promise<P>) | undefined;
}

/** The driver. */
export function nodePipes(host: HostPipes, check: FilePermissionCheck = () => {}): PipeDriver {
  const reading: Direction<ReadPipe> = {
    access: "read",
    ofStandard: host.stdin ?? readStandard,
    ofStream: readStream,
    ofPipe: host.read,
    ofDevice: readFromDescriptor,
    open: host.openRead,
  };
  const writing: Direction<WritePipe> = {
    access: "write",
    ofStandard: writeStandard,
    ofStream: writeStream,
    ofPipe: host.write,
    ofDevice: writeToDescriptor,
    open: host.openWrite,
  };
  return {
    openRead: (source, outcome) => open(reading, source, check, outcome),
    openWrite: (target, outcome) => open(writing, target, check, outcome),
  };
}

interface Closable {
  close(): void;
}

function open<P extends Closable>(
  direction: Direction<P>,
  target: PipeTarget,
  check: FilePermissionCheck,
  outcome: Outcome<P>,
): Abandon {
  const path = typeof target === "object" && "path" in target ? target.path : null;
  if (path !== null) check(direction.access, path);
  const action = `${direction.access === "read" ? "read from" : "write to"} ${nameOf(target)}`;
  let over = false;
  let stopReleasing: (() => void) | null = null;
  const opened = (error: unknown, pipe: P | null): void => {
    stopReleasing?.();
    if (over) return pipe?.close();
    over = true;
    if (error instanceof RangeError) outcome(error, null);
    else outcome(pipe === null ? toOSError(error, action, path === null ? {} : { path }) : null, pipe);
  };
  openTarget(direction, target, action).then((pipe) => opened(null, pipe), (error: unknown) => opened(error, null));
  return () => {
    if (over) return;
    over = true;
    if (path !== null) stopReleasing = releaseOpen(direction, path);
  };
}

function nameOf(target: PipeTarget): string {
  if (typeof target === "number") return `file descriptor ${target}`;
  if (typeof target === "string") return target;
  return "path" in target ? target.path : "a stream";
}

async function openTarget<P>(direction: Direction<P>, target: PipeTarget, action: string): Promise<P> {
  if (typeof target === "number") return ofDescriptor(direction, target, action);
  if (typeof target === "string") return direction.ofStandard(target);
  return "path" in target ? await openPath(direction, target.path, action) : direction.ofStream(target.stream);
}

// ---------------------------------------------------------------- descriptors and paths

/** @throws RangeError for what is neither a device nor a pipe or socket. */
function isDevice(kind: FileKind, action: string): boolean {
  if (kind.isFIFO() || kind.isSocket()) return false;
  if (kind.isCharacterDevice()) return true;
  throw new RangeError(`Cannot ${action}: only pipes, sockets and character devices can be used so`);
}

function ofDescriptor<P>({ ofDevice, ofPipe }: Direction<P>, descriptor: number, action: string): P {
  return isDevice(nodeFs().fstatSync(descriptor), action) ? ofDevice(descriptor) : ofPipe(descriptor);
}

async function openPath<P>(direction: Direction<P>, path: string, action: string): Promise<P> {
  const { constants, open, statSync } = nodeFs();
  isDevice(statSync(path), action); // else the open of a file might change it
  if (direction.open !== undefined) return direction.open(path);
  const descriptor = await new Promise<number>((resolve, reject) => {
    const flags = direction.access === "read" ? constants.O_RDONLY : constants.O_WRONLY;
    open(path, flags, (error, descriptor) => error ? reject(error as Error) : resolve(descriptor));
  });
  try {
    return ofDescriptor(direction, descriptor, action);
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
}

/** How often, in milliseconds, an open is released again that may not have begun to wait before. */
const RELEASE_EVERY = 5;

/** Opens the other end for a moment, so that an open that nobody wants any more does not wait for it. Gives what stops that. */
function releaseOpen({ access }: Direction<unknown>, path: string): () => void {
  const { constants, openSync, statSync } = nodeFs();
  const { setInterval, clearInterval } = hostGlobals();
  const release = (): void => {
    try {
      if (statSync(path).isFIFO()) {
        closeDescriptor(openSync(path, (access === "read" ? constants.O_WRONLY : constants.O_RDONLY) | constants.O_NONBLOCK));
      }
    } catch {
      // Nobody waits there yet.
    }
  };
  release();
  const timer = setInterval(release, RELEASE_EVERY);
  return () => clearInterval(timer);
}

// ---------------------------------------------------------------- standard streams

interface StandardStreams {
  readonly stdin: NodeReadable;
  readonly stdout: NodeWritable;
  readonly stderr: NodeWritable;
}

function standardStreams(): StandardStreams {
  return hostGlobals().process as unknown as StandardStreams;
}

function readStandard(): ReadPipe {
  return new NodeReadPipe(standardStreams().stdin);
}

function writeStandard(name: "stdin" | "stdout" | "stderr"): WritePipe {
  return new NodeWritePipe(standardStreams()[name as "stdout" | "stderr"], true);
}

// ---------------------------------------------------------------- streams of the web

function readStream(stream: unknown): ReadPipe {
  const reader = (stream as { getReader(): ByteReader }).getReader();
  return new PromiseReadPipe(stream, {
    read: async () => checked(await reader.read()),
    cancel: () => reader.cancel(),
  });
}

function checked(result: Awaited<ReturnType<ByteReader["read"]>>): Awaited<ReturnType<ByteReader["read"]>> {
  if (result.done || result.value instanceof Uint8Array) return result;
  throw new TypeError(`the stream gave ${typeof result.value} where bytes were expected`);
}

function writeStream(stream: unknown): WritePipe {
  const writer = (stream as { getWriter(): ByteSink & { readonly closed: Promise<unknown> } }).getWriter();
  writer.closed.catch(() => {}); // its failure is that of a write
  return new PromiseWritePipe(stream, writer);
}
