/**
 * Waiting for time to pass, counted from the call.
 *
 * @module
 */
import { checkDelay, currentLoop, Future, type TimerHandle } from "../core/mod.ts";

class Sleep extends Future<void> {
  readonly #timer: TimerHandle;

  constructor(delay: number) {
    const loop = currentLoop();
    super({ loop });
    this.#timer = loop._callAt(loop.time() + delay, () => this.#timeOver());
  }

  #timeOver(): void {
    if (!this.done()) this.setResult(undefined);
  }

  override cancel(this: Sleep, message?: string): boolean {
    this.#timer.cancel();
    return super.cancel(message);
  }
}

/**
 * A future that is done after `delay` milliseconds. Unlike asyncio's `sleep` its clock runs from the call: two of them that are made together and waited for
 * one after the other take as long as the longer one. Zero and negative mean in the next turn, Infinity never.
 *
 * @throws TypeError when the delay is no number, RangeError when it is NaN; both at the call.
 */
export function sleep(delay: number): Future<void> {
  checkDelay(delay, "sleep");
  return new Sleep(delay);
}
