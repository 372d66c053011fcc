import { IncompleteReadError, run, StreamReader } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const reader = new StreamReader();
    reader.feedData("one;two\r\nthree\nfour");
    for (let i = 0; i < 3; i++) emit(yield* reader.readUntil(["\r\n", "\n", ";"]));
    reader.feedEof();
    try {
      yield* reader.readUntil(["\n", ";"]);
    } catch (error) {
      if (!(error instanceof IncompleteReadError)) throw error;
      emit("partial", error.partial);
    }
    try {
      yield* reader.readUntil([]);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      emit("no separator:", error.constructor);
    }
  }
  await run(program);
}
