/**
 * What every transport calls of its protocol. Apart from protocols.ts, since those name the transports that they get.
 *
 * @module
 */

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
