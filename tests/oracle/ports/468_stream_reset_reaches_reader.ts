// not on deno: Deno has no way to reset a connection: the peer sees an end instead
import { ConnectionResetError, openConnection, run, startServer, type StreamReader, type StreamWriter, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    yield* reader.readLine();
    writer.transport.abort({ reset: true });
  }
  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const [reader, writer] = yield* openConnection("127.0.0.1", server.sockets[0]!.address.port);
    writer.write("reset me\n");
    try {
      yield* waitFor(() => reader.read(), 5000);
    } catch (error) {
      if (!(error instanceof ConnectionResetError)) throw error;
      emit("read:", error.constructor);
    }
    for (const [label, call] of [["drain", () => writer.drain()], ["wait_closed", () => writer.waitClosed()]] as const) {
      try {
        yield* call();
        emit(label, "returned");
      } catch (error) {
        if (!(error instanceof ConnectionResetError)) throw error;
        emit(label, error.constructor);
      }
    }
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
