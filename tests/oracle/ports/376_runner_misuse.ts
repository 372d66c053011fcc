import { run, Runner, RuntimeError, until } from "tsyncio";

/** A closed runner, and a runner inside a running loop, refuse to run. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* job() {
    return "ran";
  }

  const runner = new Runner();
  emit(await runner.run(() => job()));
  await runner.close();
  await runner.close();
  try {
    await runner.run(() => job());
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    emit("closed:", RuntimeError);
  }

  function* program() {
    try {
      const inner = new Runner();
      try {
        yield* until(inner.run(() => job()));
      } finally {
        yield* until(inner.close());
      }
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("nested:", RuntimeError);
    }
    emit("outer fine");
  }

  await run(() => program());
  const unused = new Runner();
  emit("unused runner is fine");
  await unused.close();
}
