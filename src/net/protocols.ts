/**
 * Protocols: what a transport calls.
 *
 * @module
 */
import type { Transport } from "./transports.ts";

/** What all protocols have. Extend a class, or give any object with the same methods; those that are left out are not called. */
export class BaseProtocol {
  /** The connection is there: the first call. */
  // deno-lint-ignore no-explicit-any -- each kind of protocol says which transport it gets
  connectionMade(_transport: any): void {}

  /**
   * The connection is gone: the last call, made once.
   *
   * @param _error null after an orderly end, and when this side closed or aborted
   */
  connectionLost(_error: Error | null): void {}

  /** The transport holds more than its high-water mark: stop writing. Calls alternate with `resumeWriting`, however much is written. */
  pauseWriting(): void {}

  /** What the transport holds has fallen to its low-water mark. */
  resumeWriting(): void {}
}

/**
 * A protocol for streams. The calls come in this order:
 *
 *     connectionMade → dataReceived, any number of times → eofReceived, at most once → connectionLost
 */
export class Protocol extends BaseProtocol {
  /** The connection is there: the first call. */
  override connectionMade(_transport: Transport): void {}

  /** The peer sent bytes: not empty, and cut wherever the network cut them. The array is the protocol's own from now on. */
  dataReceived(_data: Uint8Array): void {}

  /** The peer will send no more. Return true to keep the connection, so as to write on; else the transport closes. */
  eofReceived(): boolean | void {}
}
