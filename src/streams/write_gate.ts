/**
 * What a stream writer waits for.
 *
 * @module
 */
import { type AbstractEventLoop, type CoroutineGenerator, Future } from "../core/mod.ts";
import { ConnectionResetError } from "../errors.ts";
import type { NetLoop } from "../net/net_loop.ts";

/** The end of a connection. */
interface Loss {
  readonly error: Error | null;
}

/** A protocol that stream writers can wait for. */
export interface GatedProtocol {
  readonly _gate: WriteGate;
}

/** Knows whether the transport wants no more, and whether the connection is gone. Its protocol tells it. */
export class WriteGate {
  readonly #loop: AbstractEventLoop;
  #paused = false;
  #loss: Loss | null = null;
  // Most connections are idle: they have no use for what is null here.
  #drainWaiters: Set<Future<void>> | null = null;
  #closeWaiters: Set<Future<void>> | null = null;
  #listeners: ((error: Error | null) => void)[] | null = null;

  constructor(loop: AbstractEventLoop) {
    this.#loop = loop;
  }

  /** The transport wants no more. */
  pause(): void {
    this.#paused = true;
  }

  /** The transport wants more. */
  resume(): void {
    this.#paused = false;
    complete(this.#drainWaiters, null);
  }

  /** The connection is gone. */
  lose(error: Error | null): void {
    this.#loss = { error };
    complete(this.#closeWaiters, error);
    complete(this.#drainWaiters, error);
    for (const listener of this.#listeners ?? []) listener(error);
    this.#listeners = null;
  }

  /** Calls back when the connection is gone: later, if it is already. @internal */
  _whenLost(callback: (error: Error | null) => void): void {
    if (this.#loss === null) (this.#listeners ??= []).push(callback);
    else this.#loop.callSoon(callback, this.#loss.error);
  }

  /** @internal */
  get _loop(): NetLoop {
    return this.#loop as NetLoop;
  }

  /** Whether there is nothing to wait for. */
  isOpen(): boolean {
    return !this.#paused && this.#loss === null;
  }

  /** Waits while the transport wants no more. @throws ConnectionResetError once the connection is gone. */
  *drain(): CoroutineGenerator<void> {
    if (this.#loss !== null) throw new ConnectionResetError("Connection lost", { code: "ECONNRESET" });
    if (this.#paused) yield* this.#waitIn(this.#drainWaiters ??= new Set());
  }

  /** Waits until the connection is gone. @throws the error that it was lost with. */
  *waitClosed(): CoroutineGenerator<void> {
    if (this.#loss === null) yield* this.#waitIn(this.#closeWaiters ??= new Set());
    else if (this.#loss.error !== null) throw this.#loss.error;
  }

  *#waitIn(waiters: Set<Future<void>>): CoroutineGenerator<void> {
    const waiter = new Future<void>({ loop: this.#loop });
    waiters.add(waiter);
    try {
      yield* waiter;
    } finally {
      waiters.delete(waiter);
    }
  }
}

function complete(waiters: ReadonlySet<Future<void>> | null, error: Error | null): void {
  for (const waiter of waiters ?? []) {
    if (waiter.done()) continue;
    if (error === null) waiter.setResult(undefined);
    else waiter.setException(error);
  }
}
