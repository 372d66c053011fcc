import { createSubprocessExec, PIPE, run, waitFor } from "tsyncio";

const SCRIPT = "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; head -c 200000 /dev/zero";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const proc = yield* createSubprocessExec("sh", ["-c", SCRIPT], { stdout: PIPE, stderr: PIPE });
    const [out, err] = yield* waitFor(() => proc.communicate(), 20_000);
    emit("out", out!.length, "err", err!.length, "code", proc.returncode);
  }
  await run(program);
}
