import { getRunningLoop, run, RuntimeError, sleep, Timeout } from "tsyncio";

/** A timeout is for one use, inside a task, and can only be moved while active. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const scope = new Timeout(loop.time() + 10_000);
    try {
      scope.reschedule(null);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("early:", error);
    }
    yield* scope.run(function* () {});
    try {
      yield* scope.run(function* () {
        emit("entered twice (never)");
      });
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("again:", error);
    }

    const entering = new Timeout(loop.time() + 1000).run(() => sleep(0));

    loop.callSoon(() => {
      try {
        entering[Symbol.iterator]().next();
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        emit("in a callback:", error);
      }
    });
    yield* sleep(0);
  }

  await run(program);
}
