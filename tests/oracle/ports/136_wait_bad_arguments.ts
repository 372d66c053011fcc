import { coroutine, createTask, ensureFuture, run, wait, type WaitOptions } from "tsyncio";

/** wait() wants a non-empty collection of tasks or futures and a known returnWhen. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const job = coroutine(function* () {});

  function* attempt(label: string, aws: unknown, options: object = {}) {
    try {
      yield* wait(aws as Parameters<typeof wait>[0], options as WaitOptions);
      emit(label, "accepted");
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      emit(label, error.constructor);
    }
  }

  function* program() {
    const task = createTask(job());
    const co = job();
    yield* attempt("empty", []);
    yield* attempt("bare task", task);
    yield* attempt("coroutines", [co]);
    yield* attempt("mode", [task], { returnWhen: "SOMETIMES" });
    yield* attempt("futures", new Set([task, ensureFuture(job())]));
    co.close();
  }

  await run(program);
}
