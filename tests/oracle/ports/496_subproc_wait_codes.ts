import { createSubprocessExec, createTask, gather, run, sleep } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    for (const code of [0, 7]) {
      const proc = yield* createSubprocessExec("sh", ["-c", `exit ${code}`]);
      emit("exit", yield* proc.wait());
    }
    for (const action of ["kill", "terminate", "send_signal"] as const) {
      const proc = yield* createSubprocessExec("sleep", ["30"]);
      const waiters = [1, 2].map(() => createTask(() => proc.wait()));
      yield* sleep(0);
      if (action === "send_signal") proc.sendSignal("SIGUSR1");
      else proc[action]();
      emit(action, yield* gather(waiters), proc.returncode, yield* proc.wait());
    }
  }
  await run(program);
}
