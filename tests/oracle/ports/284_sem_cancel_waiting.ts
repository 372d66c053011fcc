import { createTask, run, Semaphore, sleep, wait } from "tsyncio";

/** A waiter cancelled while still in line leaves no trace: permits are neither lost nor duplicated. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker(name: string, sem: Semaphore) {
    yield* sem.run(function* () {
      emit(name, "in");
      yield* sleep(0);
    });
  }

  function* program() {
    const sem = new Semaphore(1);
    yield* sem.acquire();
    const b = createTask(() => worker("b", sem));
    const c = createTask(() => worker("c", sem));
    yield* sleep(0);
    b.cancel();
    yield* sleep(0);
    emit("b cancelled:", b.cancelled(), "locked:", sem.locked());
    sem.release();
    yield* wait([c]);
    emit("locked:", sem.locked());
  }

  await run(program);
}
