// generator only: a bare yield, which gives up one turn, exists in generators alone
import { createTask, run, sleep } from "tsyncio";

/** A bare `yield` gives up one turn. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* countdown(n: number): Generator<undefined, string> {
    while (n > 0) {
      emit(`gen ${n}`);
      yield;
      n -= 1;
    }
    return "liftoff";
  }

  function* ticker() {
    for (let i = 0; i < 4; i++) {
      emit(`tick ${i}`);
      yield* sleep(0);
    }
  }

  function* program() {
    const task = createTask(() => ticker());
    emit(yield* countdown(3));
    yield* task;
  }

  await run(() => program());
}
