import { createTask, gather, OSError, run, sleep } from "tsyncio";

/** Once gather has failed, cancelling it does nothing to the children still running. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* bad() {
    throw new OSError("bad");
  }

  function* survivor() {
    yield* sleep(30);
    emit("survivor finished");
  }

  function* program() {
    const s = createTask(() => survivor());
    const g = gather([() => bad(), s]);
    try {
      yield* g;
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      emit("raised", error);
    }
    emit("cancel:", g.cancel(), "survivor requests:", s.cancelling());
    yield* s;
  }

  await run(program);
}
