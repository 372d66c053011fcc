import { createSubprocessExec, PIPE, run } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    let proc = yield* createSubprocessExec("sh", ["-c", "tr a-z A-Z; echo complaint >&2; exit 3"], {
      stdin: PIPE,
      stdout: PIPE,
      stderr: PIPE,
    });
    emit("running, returncode:", proc.returncode, "has pid:", proc.pid > 0);
    const [out, err] = yield* proc.communicate("hello from the parent\n");
    emit("out", out, "err", err, "returncode", proc.returncode);
    proc = yield* createSubprocessExec("sh", ["-c", "exit 0"]);
    emit("unpiped streams are none:", proc.stdout, proc.stderr, proc.stdin);
    emit("wait:", yield* proc.wait());
  }
  await run(program);
}
