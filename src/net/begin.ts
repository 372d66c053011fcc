/**
 * The beginning of a transport, from what the host has opened to the call of `connectionMade`.
 *
 * @module
 */
import { type CoroutineGenerator, Future } from "../core/mod.ts";
import type { NetLoop } from "./net_loop.ts";

/** A transport, as far as its beginning goes. */
export interface Beginning {
  /** Calls `connectionMade` in a later turn, then completes `waiter`. */
  begin(waiter: Future<void>): void;
  close(): void;
}

/** Makes a protocol for what was opened, which is closed if that fails. */
export function protocolFor<P>(opened: { close(): void }, protocolFactory: () => P): P {
  try {
    return protocolFactory();
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Waits until the protocol of a new transport knows of it. Cancelled, it closes the transport. */
export function* begin(loop: NetLoop, transport: Beginning): CoroutineGenerator<void> {
  const made = new Future<void>({ loop });
  transport.begin(made);
  try {
    yield* made;
  } catch (error) {
    transport.close();
    throw error;
  }
}
