import { BoundedSemaphore, run, Semaphore } from "tsyncio";

/** Initial values below zero are refused; a bounded one refuses surplus releases, a plain one grows. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    try {
      new Semaphore(-1);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("negative: ValueError");
    }
    const bounded = new BoundedSemaphore(1);
    yield* bounded.acquire();
    bounded.release();
    try {
      bounded.release();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("surplus release: ValueError");
    }
    const plain = new Semaphore(1);
    plain.release();
    plain.release();
    for (let i = 0; i < 3; i++) {
      const permit = yield* plain.acquire();
      emit("acquired:", Boolean(permit));
    }
    emit("locked:", plain.locked());
  }

  await run(program);
}
