import { getRunningLoop, Protocol, run, sleep, startServer, type StreamReader, type StreamWriter } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    emit("server read:", (yield* reader.read()).length, "bytes");
    writer.close();
  }
  function* program() {
    const loop = getRunningLoop();
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;
    const [transport] = yield* loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port });
    try {
      transport.write(7 as unknown as string);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      emit("text:", error.constructor);
    }
    transport.write("");
    transport.close();
    transport.write("ignored");
    emit("write after close returned");
    yield* sleep(50);
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
