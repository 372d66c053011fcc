import { getRunningLoop, Lock, run, sleep } from "tsyncio";

/** Acquiring a free lock does not give up the turn; `acquire` gives a permit, which is truthy. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const lock = new Lock();
    getRunningLoop().callSoon(emit, "callback");
    const permit = yield* lock.acquire();
    emit("acquire:", Boolean(permit));
    lock.release();
    yield* lock.run(function* () {
      emit("inside");
    });
    emit("outside");
    yield* sleep(0);
  }

  await run(program);
}
