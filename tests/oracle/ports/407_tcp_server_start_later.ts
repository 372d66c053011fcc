import { createTask, openConnection, run, RuntimeError, startServer, type StreamReader, type StreamWriter, wait } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(_reader: StreamReader, writer: StreamWriter) {
    writer.write("welcome");
    writer.close();
  }
  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0, { startServing: false });
    const port = server.sockets[0]!.address.port;
    emit("bound, serving:", server.isServing());
    yield* server.startServing();
    yield* server.startServing();
    emit("started, serving:", server.isServing());
    const forever = createTask(() => server.serveForever());
    const [reader, writer] = yield* openConnection("127.0.0.1", port);
    emit(yield* reader.read());
    writer.close();
    const again = createTask(() => server.serveForever());
    yield* wait([again]);
    emit("second serve_forever:", (again.exception() as Error).constructor);
    forever.cancel();
    yield* wait([forever]);
    emit("cancelled:", forever.cancelled(), "serving:", server.isServing());
    try {
      yield* server.serveForever();
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("serve_forever on a closed server:", error.constructor);
    }
  }
  await run(program);
}
