/**
 * Giving up one turn.
 *
 * @module
 */
import { type Awaitable, currentLoop, Future, pause, type Suspend } from "../core/mod.ts";

/** Stands for the loop while the moment is made: nothing is scheduled then. */
const NO_LOOP: Readonly<Record<string, () => void>> = { _schedule: () => {} };

/** A future that is done and of no loop in particular; waiting for it takes one turn all the same. */
class Moment extends Future<void> {
  constructor() {
    super({ loop: NO_LOOP });
    this.setResult(undefined);
    Object.defineProperty(this, "_loop", { get: currentLoop });
  }

  override [Symbol.iterator](): Iterator<Suspend | undefined, void, unknown> {
    return oneTurn()[Symbol.iterator]();
  }

  override then<R1 = void, R2 = never>(
    onFulfilled?: ((value: void) => R1 | PromiseLike<R1>) | null,
    // deno-lint-ignore no-explicit-any -- as of promises
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return oneTurn().then(onFulfilled, onRejected);
  }
}

function oneTurn(): Awaitable<void> {
  return pause(undefined);
}

/**
 * Gives up exactly one turn of the loop to whoever waits for it, any number of times. It is done from the start; as a member of `multi` it counts as such, and
 * takes no turn.
 *
 *     yield moment;    yield* moment;    await moment;    // in a gen.coroutine, a generator, an async function
 */
export const moment: Future<void> = new Moment();
