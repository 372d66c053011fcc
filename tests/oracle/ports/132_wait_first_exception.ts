import { createTask, FIRST_EXCEPTION, OSError, run, sleep, type Task, wait } from "tsyncio";

/** FIRST_EXCEPTION returns at the first failure; without a failure it waits for all. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(delay: number, error?: Error) {
    yield* sleep(delay);
    if (error !== undefined) throw error;
  }

  function names(tasks: Set<Task<void>>) {
    return new Set([...tasks].map((task) => task.getName()));
  }

  function* program() {
    const early = createTask(() => job(20), { name: "early" });
    const fails = createTask(() => job(50, new OSError("x")), { name: "fails" });
    const slow = createTask(() => job(100), { name: "slow" });
    const [done, pending] = yield* wait([early, fails, slow], { returnWhen: FIRST_EXCEPTION });
    emit("done", names(done), "pending", names(pending), fails.exception());
    const last = createTask(() => job(20), { name: "last" });
    const [all, none] = yield* wait([slow, last], { returnWhen: FIRST_EXCEPTION });
    emit("done", names(all), "pending", names(none));
  }

  await run(program);
}
