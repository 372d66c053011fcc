/**
 * A protocol that writes down what it is told, for the conformance suites.
 *
 * @module
 */
import { type Awaitable, awaitable, type CoroutineGenerator, Future } from "../../core/mod.ts";
import { join } from "../../net/data.ts";
import { Protocol } from "../../net/protocols.ts";
import type { Transport } from "../../net/transports.ts";
import { nameOf } from "./expect.ts";

/** Waits for what it is told. */
export class Watcher {
  readonly #waiters = new Set<Future<void>>();

  /** Waits until it holds, which is asked after each call. */
  until(condition: () => boolean): Awaitable<void> {
    return awaitable(this.#until(condition));
  }

  *#until(condition: () => boolean): CoroutineGenerator<void> {
    while (!condition()) {
      const waiter = new Future<void>();
      this.#waiters.add(waiter);
      try {
        yield* waiter;
      } finally {
        this.#waiters.delete(waiter);
      }
    }
  }

  /** To be called when something has changed. */
  changed(): void {
    for (const waiter of this.#waiters) if (!waiter.done()) waiter.setResult(undefined);
  }
}

/** What a recorder may do when it is called. */
export interface Reactions {
  onMade?(transport: Transport): void;
  onData?(data: Uint8Array, transport: Transport): void;
  onEof?(transport: Transport): void;
}

/** Writes down the calls of a transport; `eofReceived` keeps the connection unless it is told otherwise. */
export class Recorder extends Protocol {
  /** The names of the calls; those of `dataReceived` in a row once. */
  readonly calls: string[] = [];
  readonly chunks: Uint8Array[] = [];
  received = 0;
  transport: Transport | null = null;
  lost = false;
  error: Error | null = null;
  keepsOpen = true;
  /** Whether it was called, but for flow control, while a method of its transport was on the stack. */
  reentered = false;
  readonly #watcher = new Watcher();
  readonly #reactions: Reactions;
  #inside = 0;

  constructor(reactions: Reactions = {}) {
    super();
    this.#reactions = reactions;
  }

  override connectionMade(transport: Transport): void {
    this.transport = transport;
    this.#note("made");
    this.#reactions.onMade?.(transport);
  }

  override dataReceived(data: Uint8Array): void {
    this.chunks.push(data);
    this.received += data.length;
    this.#note("data");
    this.#reactions.onData?.(data, this.transport!);
  }

  override eofReceived(): boolean {
    this.#note("eof");
    this.#reactions.onEof?.(this.transport!);
    return this.keepsOpen;
  }

  override connectionLost(error: Error | null): void {
    this.lost = true;
    this.error = error;
    this.#note(error === null ? "lost" : `lost: ${nameOf(error)}`);
  }

  override pauseWriting(): void {
    this.calls.push("pauseWriting"); // the one call that a transport makes inside `write`
    this.#watcher.changed();
  }

  override resumeWriting(): void {
    this.#note("resumeWriting");
  }

  /** Calls something during which it should not be called. */
  inside(action: () => void): void {
    this.#inside++;
    try {
      action();
    } finally {
      this.#inside--;
    }
  }

  /** Waits until it holds, which is asked after each call. */
  until(condition: () => boolean): Awaitable<void> {
    return this.#watcher.until(condition);
  }

  /** Waits until so many bytes have come; the end of the connection ends the wait too. */
  untilReceived(count: number): Awaitable<void> {
    return this.until(() => this.received >= count || this.lost);
  }

  untilLost(): Awaitable<void> {
    return this.until(() => this.lost);
  }

  /** All that came, in one piece. */
  bytes(): Uint8Array {
    return join(this.chunks, this.received);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  #note(call: string): void {
    if (this.#inside > 0) this.reentered = true;
    if (call !== "data" || this.calls.at(-1) !== "data") this.calls.push(call);
    this.#watcher.changed();
  }
}

/** Bytes that tell their place. */
export function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8)) & 255;
  return bytes;
}
