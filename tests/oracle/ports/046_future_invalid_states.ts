import { CancelledError, getRunningLoop, InvalidStateError, OSError, run } from "tsyncio";

/** Reading a pending future and completing a finished one are errors. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function attempt(label: string, action: () => unknown): void {
    try {
      emit(label, "->", action());
    } catch (error) {
      if (error instanceof InvalidStateError) emit(label, "-> InvalidStateError");
      else if (error instanceof CancelledError) emit(label, "-> CancelledError");
      else throw error;
    }
  }

  function* program() {
    const loop = getRunningLoop();
    const [pending, full, dropped] = [loop.createFuture(), loop.createFuture(), loop.createFuture()];
    full.setResult(null);
    dropped.cancel();
    attempt("pending.result", () => pending.result());
    attempt("pending.exception", () => pending.exception());
    attempt("full.set_result", () => full.setResult(1));
    attempt("full.set_exception", () => full.setException(new OSError()));
    attempt("full.exception", () => full.exception());
    attempt("dropped.result", () => dropped.result());
    attempt("dropped.exception", () => dropped.exception());
    attempt("dropped.set_result", () => dropped.setResult(1));
    attempt("dropped.cancel", () => dropped.cancel());
  }

  await run(() => program());
}
