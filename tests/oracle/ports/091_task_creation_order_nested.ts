import { type CoroutineGenerator, createTask, run } from "tsyncio";

/** Tasks start in the order created, across creators: breadth first. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job(name: string, depth: number): CoroutineGenerator<void> {
    emit(name);
    if (depth > 0) {
      const kids = [0, 1].map((i) => createTask(() => job(`${name}${i}`, depth - 1)));
      for (const kid of kids) yield* kid;
      emit(name, "done");
    }
  }

  function* program() {
    const a = createTask(() => job("a", 2));
    const b = createTask(() => job("b", 1));
    yield* a;
    yield* b;
  }

  await run(program);
}
