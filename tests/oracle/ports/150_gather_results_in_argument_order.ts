import { createTask, gather, getRunningLoop, run, sleep } from "tsyncio";

/** gather gives results in the order of its arguments, however they finish, and starts them in order. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(n: number, delay: number) {
    emit("start", n);
    yield* sleep(delay);
    emit("end", n);
    return n * n;
  }

  function* program() {
    const done = getRunningLoop().createFuture<string>();
    done.setResult("plain future");
    const results = yield* gather([() => job(1, 90), () => job(2, 60), () => job(3, 30), done, createTask(() => job(4, 0))]);
    emit(results);
  }

  await run(program);
}
