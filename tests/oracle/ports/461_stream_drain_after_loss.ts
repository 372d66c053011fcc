import { ConnectionResetError, openConnection, run, startServer, type StreamReader, type StreamWriter } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    yield* reader.read();
    writer.close();
  }
  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const [, writer] = yield* openConnection("127.0.0.1", server.sockets[0]!.address.port);
    emit("closing:", writer.isClosing());
    writer.close();
    emit("closing:", writer.isClosing());
    yield* writer.waitClosed();
    writer.write("into the void");
    try {
      yield* writer.drain();
    } catch (error) {
      if (!(error instanceof ConnectionResetError)) throw error;
      emit("drain:", error);
    }
    yield* writer.waitClosed();
    emit("wait_closed again is fine");
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
