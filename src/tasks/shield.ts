/**
 * Keeping cancellation away from work.
 *
 * @module
 */
import { ensureFuture, Future, type Waitable } from "../core/mod.ts";

/**
 * A future with the outcome of `aw`, which becomes a task at the call if it can. Cancelling the future, or the task that waits for
 * it, leaves the work alone. When the work fails after that, the loop's exception handler is told (3.14).
 *
 *     try { await shield(save()); } finally { … }   // keep a reference to the task if its end matters
 */
export function shield<T>(aw: Waitable<T>): Future<T> {
  const inner: Future<T> = ensureFuture(aw);
  if (inner.done()) return inner;
  const outer = new Future<T>({ loop: inner._loop });
  const innerEnded = (): void => {
    if (outer.done()) return;
    if (inner.cancelled()) outer.cancel();
    else if (inner._failed()) outer.setException(inner.exception());
    else outer.setResult(inner.result());
  };
  inner._addLink(innerEnded, outer);
  outer.addDoneCallback(() => {
    if (inner.done()) return;
    inner.removeDoneCallback(innerEnded);
    inner.removeDoneCallback(reportLateError); // once, however many shields were cancelled
    inner.addDoneCallback(reportLateError);
  });
  return outer;
}

function reportLateError(inner: Future<unknown>): void {
  if (!inner._failed()) return;
  const exception = inner.exception();
  const name = exception instanceof Error ? exception.name : typeof exception;
  inner._loop.callExceptionHandler({ message: `${name} exception in shielded future`, exception, future: inner });
}
