import { getRunningLoop, IncompleteReadError, run, StreamReader } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const reader = new StreamReader();
    for (const [delay, data] of [[10, "ab"], [20, "cd"], [30, "ef"]] as const) loop.callLater(delay, () => reader.feedData(data));
    emit("exactly 5:", yield* reader.readExactly(5));
    emit("exactly 0 length:", (yield* reader.readExactly(0)).length);
    loop.callLater(10, () => reader.feedEof());
    try {
      yield* reader.readExactly(4);
    } catch (error) {
      if (!(error instanceof IncompleteReadError)) throw error;
      emit("partial", error.partial, "expected", error.expected, "is EOFError", error instanceof IncompleteReadError);
    }
    emit("then length:", (yield* reader.read()).length, "at_eof:", reader.atEof());
    try {
      yield* reader.readExactly(-1);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("negative:", error.constructor);
    }
  }
  await run(program);
}
