import { ContextVar, gather, run, sleep } from "tsyncio";

const request = new ContextVar<string>("request");

/** Tasks that take turns keep their variables apart. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* deep() {
    yield* sleep(0);
    return request.get();
  }

  function* handle(n: number) {
    request.set(`request ${n}`);
    for (let step = 0; step < 3; step++) {
      yield* sleep(0);
      if (request.get() !== `request ${n}`) throw new Error(`task ${n} sees ${request.get()}`);
    }
    return yield* deep();
  }

  function* program() {
    emit(yield* gather([0, 1, 2, 3].map((n) => () => handle(n))));
    emit("in main:", request.get("none set"));
  }

  await run(() => program());
}
