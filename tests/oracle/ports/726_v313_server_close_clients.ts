import { Event, openConnection, run, startServer, type StreamReader, type StreamWriter, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  let connected: Event;
  function* handle(reader: StreamReader, _writer: StreamWriter) {
    connected.set();
    yield* reader.read();
  }
  function* program() {
    for (const [name, method] of [["close_clients", "closeClients"], ["abort_clients", "abortClients"]] as const) {
      connected = new Event();
      const server = yield* startServer(handle, "127.0.0.1", 0);
      const [reader, writer] = yield* openConnection("127.0.0.1", server.sockets[0]!.address.port);
      yield* connected.wait();
      server.close();
      server[method]();
      yield* waitFor(server.waitClosed(), 5000);
      emit(name, "then wait_closed returned; client reads", (yield* reader.read()).length);
      writer.close();
    }
  }
  await run(program);
}
