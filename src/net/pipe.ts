/**
 * What the transports of pipes have in common, whichever way the bytes go.
 *
 * @module
 */
import { type Context, copyContext, type Future } from "../core/mod.ts";
import { OSError, RuntimeError } from "../errors.ts";
import type { NetLoop } from "./net_loop.ts";
import type { Protocol } from "./protocols.ts";

/** A pipe of the host, as far as it has no direction. */
interface PipeHandle {
  readonly native: unknown;
  close(): void;
}

/** Part of a transport: the pipe, its protocol, its beginning and its end. */
export class Pipe<H extends PipeHandle> {
  readonly loop: NetLoop;
  readonly handle: H;
  readonly #context: Context = copyContext();
  protocol: Partial<Protocol>;
  /** `close` or `abort` was called, the end has come, or an error. */
  closing = false;
  /** `connectionLost` was called or is about to be. */
  lost = false;

  constructor(loop: NetLoop, handle: H, protocol: Partial<Protocol>) {
    this.loop = loop;
    this.handle = handle;
    this.protocol = protocol;
    loop._open.add(handle);
  }

  /** Calls `connectionMade` in the next turn, then `start`, then completes `waiter`. */
  begin(transport: object, start: () => void, waiter: Future<void> | null): void {
    this.loop.callSoon(() => this.protocol.connectionMade?.(transport as never));
    this.loop.callSoon(start);
    if (waiter === null) return;
    this.loop.callSoon(() => {
      if (!waiter.done()) waiter.setResult(undefined);
    });
  }

  /** Calls `handler(event)` inside the loop, in the context in which the transport was made. */
  deliver<T>(handler: (event: T) => void, event: T): void {
    this.loop._deliver(this.inContext, handler as (event: unknown) => void, event);
  }

  readonly inContext = (handler: (event: unknown) => void, event: unknown): void => this.#context.run(handler, event);

  extraInfo(name: string, fallback: unknown): unknown {
    return name === "pipe" ? this.handle.native : fallback;
  }

  /** Ends it in a later turn. */
  lose(error: Error | null): void {
    this.closing = true;
    if (this.lost) return;
    this.lost = true;
    if (this.loop.isClosed()) this.handle.close(); // nobody can be told
    else this.loop.callSoon(() => this.tellLost(error));
  }

  tellLost(error: Error | null): void {
    try {
      this.protocol.connectionLost?.(error);
    } finally {
      this.handle.close();
      this.loop._open.delete(this.handle);
    }
  }

  /** An error of the protocol's is reported, and ends it. */
  fail(transport: object, error: unknown, message: string): void {
    if (!(error instanceof OSError)) {
      this.loop.callExceptionHandler({ message, exception: error, transport, protocol: this.protocol });
    }
    this.lose(error instanceof Error ? error : new RuntimeError(message, { cause: error }));
  }

  describe(kind: string): string {
    return `<${kind} ${this.lost ? "closed" : this.closing ? "closing" : "open"}>`;
  }
}
