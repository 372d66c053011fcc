import { getRunningLoop, isCancelled, run, sleep, Timeout, TimeoutError } from "tsyncio";

/** The outer of two nested timeouts expires: CancelledError passes through the inner one untouched. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const now = getRunningLoop().time();
    const [outer, inner] = [new Timeout(now + 20), new Timeout(now + 10_000)];
    try {
      yield* outer.run(function* () {
        try {
          yield* inner.run(function* () {
            yield* sleep(30_000);
          });
        } catch (error) {
          if (error instanceof TimeoutError) {
            emit("TimeoutError from inner (never)");
          } else {
            if (isCancelled(error)) emit("CancelledError passes the inner scope");
            throw error;
          }
        }
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("outer reported");
    }
    emit("inner:", inner.expired(), "outer:", outer.expired());
  }

  await run(program);
}
