import { openConnection, OSError, run, startServer, type StreamReader, type StreamWriter } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    writer.write(yield* reader.readExactly(3));
    yield* writer.drain();
    writer.close();
  }
  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;
    try {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write("abc");
      emit(yield* reader.read());
      writer.close();
      yield* writer.waitClosed();
    } finally {
      yield* server[Symbol.asyncDispose]() as ReturnType<typeof server.waitClosed>;
    }
    emit("serving:", server.isServing());
    try {
      yield* openConnection("127.0.0.1", port);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      emit("afterwards:", error.constructor);
    }
  }
  await run(program);
}
