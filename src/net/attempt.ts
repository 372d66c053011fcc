/**
 * Waiting for what was asked of the host.
 *
 * @module
 */
import { type CoroutineGenerator, Future } from "../core/mod.ts";
import type { Abandon, Outcome } from "../runtime/net_driver.ts";
import type { NetLoop } from "./net_loop.ts";

/**
 * Asks the host by calling `ask`, and waits for the outcome unless it is there at once. When the wait is cancelled the attempt is abandoned, and what
 * it may have brought in the meantime is given to `discard`.
 *
 * @throws the error of the outcome, and what `ask` throws.
 */
export function* attempt<T>(
  loop: NetLoop,
  ask: (outcome: Outcome<T>) => Abandon,
  discard: (value: T) => void,
): CoroutineGenerator<T> {
  let early: Early<T> | null = null;
  let deliver: Outcome<T> = (error, value) => void (early = { error, value });
  const abandon = ask((error, value) => deliver(error, value));
  if (early !== null) return resultOf(early);
  const answer = new Future<T>({ loop });
  let given = false;
  const settle = (error: Error | null, value: T | null): void => {
    if (!answer.done()) {
      if (error === null) answer.setResult(value as T);
      else answer.setException(error);
    } else if (error === null) discard(value as T);
  };
  deliver = (error, value) => {
    if (!loop.isClosed()) loop._deliver(settle, error, value);
    else if (error === null) discard(value as T);
  };
  const open = { close: abandon };
  loop._open.add(open);
  try {
    const value = yield* answer;
    given = true;
    return value;
  } finally {
    loop._open.delete(open);
    if (!given) giveUp(answer, abandon, discard);
  }
}

/** An outcome that was there before `ask` returned. */
interface Early<T> {
  readonly error: Error | null;
  readonly value: T | null;
}

function resultOf<T>({ error, value }: Early<T>): T {
  if (error !== null) throw error;
  return value as T;
}

/** After a failure there is nothing left to give up, and it does nothing. */
function giveUp<T>(answer: Future<T>, abandon: Abandon, discard: (value: T) => void): void {
  abandon();
  if (!answer.done()) answer.cancel();
  else if (!answer.cancelled() && answer.exception() === null) discard(answer.result());
}
