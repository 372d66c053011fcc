import { run, StreamReader } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const reader = new StreamReader();
    reader.feedData("LEN 5\nhelloKEY=value;LEN 0\n");
    reader.feedData("rest without newline");
    reader.feedEof();
    const header = yield* reader.readLine();
    emit(header);
    emit(yield* reader.readExactly(Number(new TextDecoder().decode(header).split(" ")[1])));
    emit(yield* reader.readUntil("="), yield* reader.readUntil(";"));
    emit(yield* reader.readLine());
    emit(yield* reader.readLine());
    emit("at_eof:", reader.atEof());
    emit("again length:", (yield* reader.readLine()).length);
  }
  await run(program);
}
