import { createSubprocessExec, ProcessLookupError, run, TimeoutError, waitFor } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const proc = yield* createSubprocessExec("sleep", ["30"]);
    try {
      yield* waitFor(() => proc.wait(), 50);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      emit("timed out; returncode:", proc.returncode);
    }
    proc.kill();
    emit("after kill:", yield* proc.wait());
    try {
      proc.sendSignal("SIGTERM");
    } catch (error) {
      if (!(error instanceof ProcessLookupError)) throw error;
      emit("signal to a dead process:", error.constructor);
    }
  }
  await run(program);
}
