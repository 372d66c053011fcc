import { createTask, gather, getRunningLoop, run, sleep } from "tsyncio";

class KeyError extends Error {
  override name = "KeyError";
}

/** With returnExceptions failures and cancellations come back as values in their places, once the slowest child has ended. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* ok() {
    yield* sleep(40);
    emit("slowest ends");
    return "fine";
  }

  function* bad() {
    throw new KeyError("k");
  }

  function* program() {
    const dropped = createTask(sleep(30_000));
    getRunningLoop().callSoon((message: string) => {
      dropped.cancel(message);
    }, "dropped");
    const results = yield* gather([() => ok(), () => bad(), dropped], { returnExceptions: true });
    emit(results.map((result) => result instanceof Error ? result.constructor : result));
  }

  await run(program);
}
