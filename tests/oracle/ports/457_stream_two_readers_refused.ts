import { createTask, run, RuntimeError, sleep, StreamReader } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const reader = new StreamReader();
    const first = createTask(() => reader.readLine());
    yield* sleep(0);
    for (const call of [() => reader.readLine(), () => reader.read()]) {
      try {
        yield* call();
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        emit("second:", error.constructor);
      }
    }
    reader.feedData("for the first\n");
    emit(yield* first);
  }
  await run(program);
}
