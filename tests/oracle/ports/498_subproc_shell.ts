import { createSubprocessShell, PIPE, run } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    let proc = yield* createSubprocessShell("printf 'b\\na\\nc\\n' | sort | head -2; exit 4", { stdout: PIPE });
    let [out, err] = yield* proc.communicate();
    emit(out, "err", err, "code", proc.returncode);
    proc = yield* createSubprocessShell('echo "$GREETING $(pwd)"', {
      stdout: PIPE,
      env: { GREETING: "hi", PATH: "/usr/bin:/bin" },
      cwd: "/",
    });
    [out, err] = yield* proc.communicate();
    emit(out);
  }
  await run(program);
}
