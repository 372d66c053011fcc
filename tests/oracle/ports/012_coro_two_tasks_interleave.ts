import { createTask, run, sleep } from "tsyncio";

/** Two tasks that give way take strict turns. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* worker(name: string, steps: number) {
    for (let i = 0; i < steps; i++) {
      emit(`${name}${i}`);
      yield* sleep(0);
    }
    return name;
  }

  function* program() {
    const a = createTask(() => worker("a", 3));
    const b = createTask(() => worker("b", 4));
    emit(yield* a);
    emit(yield* b);
  }

  await run(() => program());
}
