import { getRunningLoop, run, sleep, Timeout, TimeoutError } from "tsyncio";

/** The inner of two nested timeouts expires: only the inner reports; the outer body goes on. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const now = getRunningLoop().time();
    const [outer, inner] = [new Timeout(now + 10_000), new Timeout(now + 20)];
    yield* outer.run(function* () {
      try {
        yield* inner.run(function* () {
          yield* sleep(30_000);
        });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        emit("inner reported");
      }
      yield* sleep(0);
      emit("outer body continues");
    });
    emit("inner:", inner.expired(), "outer:", outer.expired());
  }

  await run(program);
}
