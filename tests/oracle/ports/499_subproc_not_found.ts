import { createSubprocessExec, createSubprocessShell, DEVNULL, FileNotFoundError, run } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    try {
      yield* createSubprocessExec("/no/such/program-at-all");
    } catch (error) {
      if (!(error instanceof FileNotFoundError)) throw error;
      emit("exec:", error.constructor);
    }
    const proc = yield* createSubprocessShell("/no/such/program-at-all", { stderr: DEVNULL });
    emit("shell:", yield* proc.wait());
  }
  await run(program);
}
