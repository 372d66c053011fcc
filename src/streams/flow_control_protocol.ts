/**
 * The protocol's half of a stream writer.
 *
 * @module
 */
import { type AbstractEventLoop, type CoroutineGenerator, currentLoop, Future } from "../core/mod.ts";
import { ConnectionResetError } from "../errors.ts";
import type { NetLoop } from "../net/net_loop.ts";
import { Protocol } from "../net/protocols.ts";

/** Knows whether the transport wants no more, and whether the connection is gone: what `drain` and `waitClosed` of a writer wait for. */
export class FlowControlProtocol extends Protocol {
  readonly #loop: NetLoop;
  #paused = false;
  readonly #drainWaiters = new Set<Future<void>>();
  /** How the connection ended. */
  #lost: { readonly error: Error | null } | null = null;
  readonly #closeWaiters = new Set<Future<void>>();

  constructor(options: { readonly loop?: AbstractEventLoop } = {}) {
    super();
    this.#loop = (options.loop as NetLoop | undefined) ?? currentLoop();
  }

  /** @internal */
  get _loop(): NetLoop {
    return this.#loop;
  }

  override pauseWriting(): void {
    this.#paused = true;
  }

  override resumeWriting(): void {
    this.#paused = false;
    complete(this.#drainWaiters, null);
  }

  override connectionLost(error: Error | null): void {
    this.#lost = { error };
    complete(this.#closeWaiters, error);
    complete(this.#drainWaiters, error);
  }

  /** Waits while the transport wants no more. @throws ConnectionResetError once the connection is gone. @internal */
  *_drain(): CoroutineGenerator<void> {
    if (this.#lost !== null) throw new ConnectionResetError("Connection lost", { code: "ECONNRESET" });
    if (this.#paused) yield* this.#waitIn(this.#drainWaiters);
  }

  /** Waits until the connection is gone. @throws the error that it was lost with. @internal */
  *_waitClosed(): CoroutineGenerator<void> {
    if (this.#lost === null) yield* this.#waitIn(this.#closeWaiters);
    else if (this.#lost.error !== null) throw this.#lost.error;
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

function complete(waiters: ReadonlySet<Future<void>>, error: Error | null): void {
  for (const waiter of waiters) {
    if (waiter.done()) continue;
    if (error === null) waiter.setResult(undefined);
    else waiter.setException(error);
  }
}
