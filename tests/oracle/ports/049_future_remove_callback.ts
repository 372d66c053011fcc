import { type Future, getRunningLoop, run, sleep } from "tsyncio";

/** Removing a callback removes each registration of it. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();

    const callback = (future: Future<string>) => emit("cb", future.result());
    const other = (future: Future<string>) => emit("other", future.result());

    const a = loop.createFuture<string>();
    a.addDoneCallback(callback);
    a.addDoneCallback(other);
    a.addDoneCallback(callback);
    a.setResult("a");
    yield* sleep(0);

    const b = loop.createFuture<string>();
    b.addDoneCallback(callback);
    b.addDoneCallback(other);
    b.addDoneCallback(callback);
    emit("removed", b.removeDoneCallback(callback));
    emit("removed again", b.removeDoneCallback(callback));
    b.setResult("b");
    emit("removed when done", b.removeDoneCallback(other));
    yield* sleep(0);
  }

  await run(() => program());
}
