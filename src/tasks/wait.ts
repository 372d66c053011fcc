/**
 * Waiting for several futures, without their results.
 *
 * @module
 */
import { type Awaitable, awaitable, checkDelay, type CoroutineGenerator, currentLoop, Future } from "../core/mod.ts";
import { collect } from "./collect.ts";

/** For `returnWhen`: as soon as one is done. */
export const FIRST_COMPLETED = "FIRST_COMPLETED";
/** For `returnWhen`: as soon as one has failed, else when all are done. */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION";
/** For `returnWhen`: when all are done. */
export const ALL_COMPLETED = "ALL_COMPLETED";

/** What ends a `wait`. */
export interface WaitOptions {
  /** Milliseconds after which it ends in any case; null means never. @default null */
  readonly timeout?: number | null;
  /**
   * What it waits for.
   *
   * @default ALL_COMPLETED
   */
  readonly returnWhen?: typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED;
}

/**
 * Waits for futures and tasks, and gives those that are done and those that are not. A timeout raises nothing and cancels nothing; neither
 * does cancelling the wait.
 *
 * @throws RangeError for no futures and for an unknown `returnWhen`, TypeError for anything but futures; at the call.
 */
export function wait<F extends Future<unknown>>(aws: Iterable<F>, options: WaitOptions = {}): Awaitable<[done: Set<F>, pending: Set<F>]> {
  const { timeout = null, returnWhen = ALL_COMPLETED } = options;
  const futures = checkFutures(aws);
  if (returnWhen !== FIRST_COMPLETED && returnWhen !== FIRST_EXCEPTION && returnWhen !== ALL_COMPLETED) {
    throw new RangeError(`Cannot wait: unknown returnWhen ${JSON.stringify(returnWhen)}`);
  }
  if (timeout !== null) checkDelay(timeout, "wait");
  return awaitable(waitUntilEnough(futures, timeout, returnWhen));
}

function checkFutures<F extends Future<unknown>>(aws: Iterable<F>): Set<F> {
  const futures = new Set<F>();
  for (const future of collect(aws, "Cannot wait: an iterable of futures was expected, as wait([a, b])")) {
    if (!(future instanceof Future)) {
      throw new TypeError("Cannot wait: only futures and tasks can be waited for; make tasks with createTask()");
    }
    futures.add(future);
  }
  if (futures.size === 0) throw new RangeError("Cannot wait: there are no futures to wait for");
  return futures;
}

function* waitUntilEnough<F extends Future<unknown>>(
  futures: Set<F>,
  timeout: number | null,
  returnWhen: string,
): CoroutineGenerator<[done: Set<F>, pending: Set<F>]> {
  const loop = currentLoop();
  const enough = new Future<void>({ loop });
  const release = (): void => {
    if (!enough.done()) enough.setResult(undefined);
  };
  let left = futures.size;
  const ended = (future: Future<unknown>): void => {
    left--;
    if (left <= 0 || returnWhen === FIRST_COMPLETED || (returnWhen === FIRST_EXCEPTION && hasFailed(future))) release();
  };
  const timer = timeout === null ? null : loop.callLater(timeout, release);
  for (const future of futures) future._addLink(ended, enough);
  try {
    yield* enough;
  } finally {
    timer?.cancel();
    for (const future of futures) future.removeDoneCallback(ended);
  }
  return [new Set([...futures].filter((future) => future.done())), new Set([...futures].filter((future) => !future.done()))];
}

function hasFailed(future: Future<unknown>): boolean {
  if (!future._failed()) return false;
  future._seen();
  return true;
}
