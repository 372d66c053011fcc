/**
 * Sending a file over a transport.
 *
 * @module
 */
import { typeName } from "../_internal/type_name.ts";
import { type Awaitable, awaitable, type CoroutineGenerator, Future } from "../core/mod.ts";
import { ConnectionResetError, RuntimeError, SendfileNotAvailableError, UnsupportedOperationError } from "../errors.ts";
import type { FileHandle } from "../runtime/file_driver.ts";
import { attempt } from "./attempt.ts";
import { BaseProtocol } from "./base_protocol.ts";
import { FlowControl } from "./flow_control.ts";
import type { NetLoop } from "./net_loop.ts";
import type { Transport, WriteTransport } from "./transports.ts";

/** Which part of a file is sent, and how. */
export interface SendfileOptions {
  /** Where to begin, in bytes. @default 0 */
  readonly offset?: number;
  /** How many bytes at the most. @default all to the end of the file */
  readonly count?: number;
  /** Whether reading and writing will do. No host lets its system copy by itself, so without it nothing can be sent. @default true */
  readonly fallback?: boolean;
}

/** How much is read at once, in bytes. */
const BLOCK = 64 * 1024;

/** `EventLoop.sendfile`. */
export function sendfile(loop: NetLoop, transport: WriteTransport, file: string | URL, options: SendfileOptions = {}): Awaitable<number> {
  checkTransport(transport);
  checkFile(file);
  checkPart(options);
  if (options.fallback === false) throw new SendfileNotAvailableError("Cannot send the file: no host can without reading it");
  return awaitable(send(loop, transport as Transport, file, options));
}

function checkTransport(transport: unknown): void {
  const { setProtocol, getProtocol, write } = (transport ?? {}) as Partial<Record<keyof WriteTransport, unknown>>;
  if ([setProtocol, getProtocol, write].every((method) => typeof method === "function")) return;
  throw new TypeError(`Cannot send a file: a transport that writes was expected, got ${typeName(transport)}`);
}

function checkFile(file: unknown): void {
  if (typeof file !== "string" && !(file instanceof URL)) {
    throw new TypeError(`Cannot send a file: its path or URL was expected, got ${typeName(file)}`);
  }
  if (file === "") throw new RangeError("Cannot send a file: its path is empty");
  if (file instanceof URL && file.protocol !== "file:") throw new RangeError(`Cannot send a file: ${file.href} is no URL of a file`);
}

function checkPart({ offset, count, fallback }: SendfileOptions): void {
  for (const [name, value, least] of [["offset", offset, 0], ["count", count, 1]] as const) {
    if (value === undefined) continue;
    if (typeof value !== "number") throw new TypeError(`Cannot send a file: ${name} is no number but ${typeName(value)}`);
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`Cannot send a file: ${name} must be a whole number >= ${least}, not ${value}`);
    }
  }
  if (fallback !== undefined && typeof fallback !== "boolean") {
    throw new TypeError(`Cannot send a file: fallback is no boolean but ${typeName(fallback)}`);
  }
}

function* send(loop: NetLoop, transport: Transport, file: string | URL, options: SendfileOptions): CoroutineGenerator<number> {
  const driver = loop._runtime.files;
  if (driver === undefined) throw new UnsupportedOperationError(`Cannot send a file: the ${loop._runtime.name} runtime has no files`);
  if (transport.isClosing()) throw new RuntimeError("Cannot send a file: the transport is closing");
  const place = typeof file === "string" ? { path: file } : { url: file.href };
  const handle = yield* attempt<FileHandle>(loop, (outcome) => driver.open(place, outcome), (opened) => opened.close());
  loop._open.add(handle);
  const stand = new SendfileProtocol(loop, transport);
  try {
    return yield* copy(loop, handle, transport, stand, options);
  } finally {
    stand.leave();
    handle.close();
    loop._open.delete(handle);
  }
}

/** Reads no block before there is room for it, so that it holds one beside what the transport does. */
function* copy(
  loop: NetLoop,
  handle: FileHandle,
  transport: Transport,
  stand: SendfileProtocol,
  { offset = 0, count = Infinity }: SendfileOptions,
): CoroutineGenerator<number> {
  let sent = 0;
  while (sent < count) {
    yield* stand.drain();
    const ask = (outcome: Parameters<FileHandle["read"]>[2]) => {
      handle.read(offset + sent, Math.min(BLOCK, count - sent), outcome);
      return () => {};
    };
    const block = yield* attempt<Uint8Array>(loop, ask, () => {});
    if (block.length === 0) break;
    stand.check();
    transport.write(block);
    sent += block.length;
  }
  return sent;
}

/**
 * Stands in for the protocol of a transport: writing is up to the file meanwhile, and nothing is received. The end of the connection goes on
 * to the protocol. `leave` puts the protocol back, which is told what it has missed.
 */
class SendfileProtocol extends BaseProtocol {
  readonly #loop: NetLoop;
  readonly #transport: Transport;
  readonly #protocol: Partial<BaseProtocol>;
  /** Whether the protocol was reading. */
  readonly #wasReading: boolean;
  /** Whether the protocol has been told to pause. */
  #toldToPause: boolean;
  #paused: boolean;
  #loss: { readonly error: Error | null } | null = null;
  #waiter: Future<void> | null = null;

  constructor(loop: NetLoop, transport: Transport) {
    super();
    this.#loop = loop;
    this.#transport = transport;
    this.#protocol = transport.getProtocol();
    this.#wasReading = transport.isReading?.() ?? false;
    this.#toldToPause = this.#paused = transport instanceof FlowControl && transport._isPaused();
    transport.pauseReading?.();
    transport.setProtocol(this);
  }

  /** Waits while the transport wants no more. @throws ConnectionResetError when the connection is lost. */
  *drain(): CoroutineGenerator<void> {
    this.check();
    if (!this.#paused) return;
    const waiter = this.#waiter = new Future<void>({ loop: this.#loop });
    try {
      yield* waiter;
    } finally {
      this.#waiter = null;
    }
    this.check();
  }

  /** @throws ConnectionResetError when the connection is lost or about to be. */
  check(): void {
    if (this.#loss === null && !this.#transport.isClosing()) return;
    throw new ConnectionResetError("Connection closed by peer", { code: "ECONNRESET", cause: this.#loss?.error });
  }

  /** Puts the protocol back. */
  leave(): void {
    this.#transport.setProtocol(this.#protocol);
    if (this.#loss !== null) return;
    if (this.#wasReading) this.#transport.resumeReading();
    if (this.#toldToPause && !this.#paused) this.#protocol.resumeWriting?.();
    else if (!this.#toldToPause && this.#paused) this.#protocol.pauseWriting?.();
  }

  override pauseWriting(): void {
    this.#paused = true;
  }

  override resumeWriting(): void {
    this.#paused = false;
    this.#wake();
  }

  override connectionLost(error: Error | null): void {
    this.#loss = { error };
    this.#wake();
    this.#protocol.connectionLost?.(error);
  }

  #wake(): void {
    if (this.#waiter !== null && !this.#waiter.done()) this.#waiter.setResult(undefined);
  }
}
