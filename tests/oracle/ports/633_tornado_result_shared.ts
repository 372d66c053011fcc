import { type Future, run } from "tsyncio";
import { coroutine, moment, multi, Return, sleep } from "tsyncio/gen";

/** The future of a running coroutine may be waited for by several others, and again after it is done. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* () {
    emit("body");
    yield* sleep(20);
    throw new Return("value");
  });

  const user = coroutine(function* (name: string, future: Future<string>) {
    emit(name, yield* future);
  });

  function* program() {
    yield* moment;
    const future: Future<string> = job();
    yield* multi([user("u1", future), user("u2", future)]);
    emit("again", yield* future);
  }

  await run(program);
}
