/**
 * Flow control of what is written, for every transport that holds data back.
 *
 * @module
 */
import type { BaseProtocol } from "./base_protocol.ts";
import type { NetLoop } from "./net_loop.ts";
import type { WriteTransport } from "./transports.ts";

const DEFAULT_HIGH = 64 * 1024;

/**
 * Tells the protocol to pause when the transport holds more than the high-water mark, and to resume when that has fallen to the low-water
 * mark. The calls alternate.
 */
export abstract class FlowControl implements Pick<WriteTransport, "getWriteBufferSize" | "getWriteBufferLimits" | "setWriteBufferLimits"> {
  readonly #loop: NetLoop;
  #high = DEFAULT_HIGH;
  #low = DEFAULT_HIGH / 4;
  #paused = false;

  constructor(loop: NetLoop) {
    this.#loop = loop;
  }

  abstract getWriteBufferSize(): number;
  abstract getProtocol(): BaseProtocol;

  getWriteBufferLimits(): { readonly low: number; readonly high: number } {
    return { low: this.#low, high: this.#high };
  }

  setWriteBufferLimits(limits: { readonly low?: number; readonly high?: number } = {}): void {
    const high = limits.high ?? (limits.low === undefined ? DEFAULT_HIGH : 4 * limits.low);
    const low = limits.low ?? Math.floor(high / 4);
    if (!(high >= low && low >= 0)) {
      throw new RangeError(`Cannot set the write buffer limits: high (${high}) must be >= low (${low}) must be >= 0`);
    }
    this.#high = high;
    this.#low = low;
    this._pauseIfFull();
  }

  /** Whether the protocol was told to pause. @internal */
  _isPaused(): boolean {
    return this.#paused;
  }

  /** To be called when the transport holds more. @internal */
  _pauseIfFull(): void {
    if (this.#paused || this.getWriteBufferSize() <= this.#high) return;
    this.#paused = true;
    this.#tell("pauseWriting");
  }

  /** To be called when the transport holds less. @internal */
  _resumeIfDrained(): void {
    if (!this.#paused || this.getWriteBufferSize() > this.#low) return;
    this.#paused = false;
    this.#tell("resumeWriting");
  }

  #tell(method: "pauseWriting" | "resumeWriting"): void {
    const protocol = this.getProtocol() as Partial<BaseProtocol>;
    try {
      protocol[method]?.();
    } catch (error) {
      this.#loop.callExceptionHandler({ message: `protocol.${method}() failed`, exception: error, transport: this, protocol });
    }
  }
}
