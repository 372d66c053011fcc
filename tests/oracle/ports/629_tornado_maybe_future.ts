import { getRunningLoop, run } from "tsyncio";
import { maybeFuture } from "tsyncio/gen";

/** maybeFuture lets a caller wait for a value that may or may not be a future. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const future = getRunningLoop().createFuture<string>();
    emit("same future:", maybeFuture(future) === future);
    const wrapped = maybeFuture("plain");
    emit("ready:", wrapped.done());
    future.setResult("later");
    emit(yield* maybeFuture(future), yield* wrapped, yield* maybeFuture(null));
  }

  await run(program);
}
