import { createSubprocessExec, gather, PIPE, run } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(n: number) {
    const proc = yield* createSubprocessExec("sh", ["-c", `sleep 0.0${5 - n}; echo job ${n}; exit ${n}`], { stdout: PIPE });
    const [out] = yield* proc.communicate();
    return [new TextDecoder().decode(out!).trim(), proc.returncode] as const;
  }
  function* program() {
    const results = yield* gather([0, 1, 2, 3, 4].map((n) => () => job(n)));
    for (const [out, code] of results) emit(out, "code", code);
  }
  await run(program);
}
