/** What the tests of the network share: a loop whose reports are collected, a socket without a network, protocols that keep a log. */

import { type Future, getRunningLoop, Protocol, run, type RunOptions, type Transport, until } from "../../mod.ts";
import { defaultRuntime } from "../../src/adapters/default_runtime.ts";
import type { ExceptionContext } from "../../src/core/mod.ts";
import { SocketTransport, type TransportOwner } from "../../src/net/socket_transport.ts";
import type {
  Abandon,
  AcceptError,
  ConnectOptions,
  Endpoint,
  ListenerHandle,
  ListenOptions,
  NetDriver,
  Outcome,
  ResolvedAddress,
  SocketEvents,
  SocketHandle,
} from "../../src/runtime/net_driver.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { assert } from "../_kit/mod.ts";

/** Runs `main`; fails when anything was reported to the exception handler. */
export async function runQuietly<T>(main: () => PromiseLike<T>, options: RunOptions = {}): Promise<T> {
  const { result, reports } = await runReported(main, options);
  assert.deepEqual(reports.map(({ message, exception }) => `${message} / ${exception}`), []);
  return result;
}

/** Runs `main`, and gives its result and what was reported to the exception handler. */
export async function runReported<T>(
  main: () => PromiseLike<T>,
  options: RunOptions = {},
): Promise<{ result: T; reports: ExceptionContext[] }> {
  const reports: ExceptionContext[] = [];
  const result = await run(async () => {
    getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context));
    return await main();
  }, options);
  return { result, reports };
}

/** A socket that a test plays the host of. It tells when it is told to, and keeps what was asked of it in `asked`. */
export class TestSocket implements SocketHandle {
  readonly localAddress: Endpoint = { host: "127.0.0.1", port: 1, family: "IPv4" };
  readonly remoteAddress: Endpoint = { host: "127.0.0.1", port: 2, family: "IPv4" };
  readonly native: unknown = "the host's socket";
  readonly asked: string[] = [];
  /** Chunks that it may use again. */
  readonly back: Uint8Array[] = [];
  /** Bytes that were written and not taken. */
  pending = 0;
  /** What was written, whole. */
  written: Uint8Array[] = [];
  /** Takes what is written by itself, in a microtask; else when `take` is called. */
  takesAll = false;
  paused = false;
  closed = false;
  #events: SocketEvents | null = null;

  start(events: SocketEvents): void {
    this.asked.push("start");
    this.#events = events;
  }

  pause(): void {
    this.asked.push("pause");
    this.paused = true;
  }

  resume(): void {
    this.asked.push("resume");
    this.paused = false;
  }

  giveBack(chunk: Uint8Array): void {
    this.back.push(chunk);
  }

  write(chunk: Uint8Array): void {
    assert.ok(!this.closed, "write after close");
    this.asked.push(`write ${chunk.length}`);
    this.written.push(chunk);
    this.pending += chunk.length;
    if (this.takesAll) queueMicrotask(() => this.take());
  }

  closeWrite(): void {
    this.asked.push("closeWrite");
  }

  close(reset = false): void {
    this.asked.push(reset ? "reset" : "close");
    this.closed = true;
  }

  // What the host tells.

  take(bytes: number = this.pending): void {
    if (bytes === 0) return;
    this.pending -= bytes;
    this.#events!.onWritten(bytes);
  }

  data(data: string | Uint8Array): void {
    this.#events!.onData(typeof data === "string" ? bytes(data) : data);
  }

  end(): void {
    this.#events!.onEnd();
  }

  gone(error: Error | null): void {
    this.#events!.onClose(error);
  }

  /** Everything that was written, as text. */
  text(): string {
    return this.written.map(text).join("");
  }
}

/** A protocol that logs its calls. */
export class LoggingProtocol extends Protocol {
  readonly log: string[] = [];
  transport: Transport | null = null;
  keepOpen = false;

  override connectionMade(transport: Transport): void {
    this.transport = transport;
    this.log.push("made");
  }

  override dataReceived(data: Uint8Array): void {
    this.log.push(`data ${text(data)}`);
  }

  override eofReceived(): boolean {
    this.log.push("eof");
    return this.keepOpen;
  }

  override connectionLost(error: Error | null): void {
    this.log.push(error === null ? "lost" : `lost ${error.name}`);
  }

  override pauseWriting(): void {
    this.log.push("pauseWriting");
  }

  override resumeWriting(): void {
    this.log.push("resumeWriting");
  }
}

/** A transport over a test socket, on the running loop; it has begun. */
export function makeTransport(
  protocol: Partial<Protocol>,
  owner: TransportOwner | null = null,
  waiter: Future<void> | null = null,
): { socket: TestSocket; transport: SocketTransport } {
  const socket = new TestSocket();
  const transport = new SocketTransport(getRunningLoop(), socket, protocol, owner);
  transport.begin(waiter);
  return { socket, transport };
}

/** Text as bytes. */
export function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Bytes as text. */
export function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

/** Several arrays as one. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Numbers from 0 to 1, the same for each seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A question to the test driver that waits for its answer. */
export interface Question<T> {
  readonly options: T;
  /** Whether it was abandoned. */
  abandoned: boolean;
}

/** A network that a test plays: it keeps the questions and answers them when it is told to. */
export class TestNet implements NetDriver {
  readonly connects: (Question<ConnectOptions> & { readonly outcome: Outcome<SocketHandle> })[] = [];
  readonly listens: (Question<ListenOptions> & {
    readonly outcome: Outcome<ListenerHandle>;
    readonly onConnection: (socket: SocketHandle) => void;
    readonly onError: AcceptError | undefined;
  })[] = [];
  readonly lookups: (Question<string> & { readonly outcome: Outcome<readonly ResolvedAddress[]> })[] = [];
  /** Wakes the one who waits for a question. */
  #changed: (() => void) | null = null;

  connect(options: ConnectOptions, outcome: Outcome<SocketHandle>): Abandon {
    return this.#ask(this.connects, { options, outcome, abandoned: false });
  }

  listen(
    options: ListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon {
    return this.#ask(this.listens, { options, onConnection, outcome, onError, abandoned: false });
  }

  lookup(hostname: string, _family: "IPv4" | "IPv6" | "unspec", outcome: Outcome<readonly ResolvedAddress[]>): Abandon {
    return this.#ask(this.lookups, { options: hostname, outcome, abandoned: false });
  }

  adopt(native: unknown): SocketHandle | null {
    return native instanceof TestSocket ? native : null;
  }

  #ask<Q extends { abandoned: boolean }>(questions: Q[], question: Q): Abandon {
    questions.push(question);
    this.#changed?.();
    return () => {
      question.abandoned = true;
    };
  }

  /** Waits until the list has `count` questions; gives the last. */
  async asked<Q>(questions: readonly Q[], count: number): Promise<Q> {
    while (questions.length < count) await until(new Promise<void>((resolve) => this.#changed = resolve));
    return questions[count - 1]!;
  }
}

/** A listener of the test network. */
export class TestListener implements ListenerHandle {
  readonly address: Endpoint;
  readonly native: unknown = "the host's listener";
  closed = false;

  constructor(host: string, port: number) {
    this.address = { host, port, family: host.includes(":") ? "IPv6" : "IPv4" };
  }

  close(): void {
    this.closed = true;
  }
}

/** The runtime of this host with another network; undefined for none. */
export function runtimeWith(net: NetDriver | undefined): Runtime {
  const { net: _own, ...others } = defaultRuntime();
  return net === undefined ? others : { ...others, net };
}
