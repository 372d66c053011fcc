import { openConnection, run, startServer, type StreamReader, type StreamWriter } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* adder(reader: StreamReader, writer: StreamWriter) {
    let total = 0;
    for (;;) {
      const { done, value } = yield* reader.next();
      if (done) break;
      total += Number(new TextDecoder().decode(value));
    }
    writer.write(`sum ${total}`);
    writer.close();
  }
  function* program() {
    const server = yield* startServer(adder, "127.0.0.1", 0);
    const [reader, writer] = yield* openConnection("127.0.0.1", server.sockets[0]!.address.port);
    emit("can_write_eof:", writer.canWriteEof());
    writer.writeLines(Array.from({ length: 10 }, (_, n) => `${n + 1}\n`));
    writer.writeEof();
    emit(yield* reader.read());
    emit("own side closing:", writer.isClosing());
    writer.close();
    yield* writer.waitClosed();
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
