import { openConnection, OSError, run, startServer, type StreamReader, type StreamWriter } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    for (;;) {
      const line = yield* reader.readLine();
      if (line.length === 0) break;
      writer.writeLines(["echo ", line]);
    }
    writer.close();
  }
  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;
    emit("serving:", server.isServing());
    const [reader, writer] = yield* openConnection("127.0.0.1", port);
    writer.write("one\n");
    emit(yield* reader.readLine());
    server.close();
    emit("serving:", server.isServing(), "sockets:", server.sockets.length);
    try {
      yield* openConnection("127.0.0.1", port);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      emit("newcomer:", error.constructor);
    }
    writer.write("two\n");
    emit(yield* reader.readLine());
    writer.close();
    yield* writer.waitClosed();
    server.close();
    emit("closing twice is fine");
  }
  await run(program);
}
