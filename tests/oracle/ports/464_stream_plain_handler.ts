import { openConnection, Queue, run, startServer, type StreamReader, type StreamWriter, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const queue = new Queue<[StreamReader, StreamWriter]>();
    const handler = (reader: StreamReader, writer: StreamWriter): void => {
      emit("connected");
      queue.putNowait([reader, writer]);
    };
    const server = yield* startServer(handler, "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;
    for (const name of ["one", "two"]) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write(name);
      writer.writeEof();
      const [sReader, sWriter] = yield* waitFor(queue.get(), 5000);
      emit("server read", yield* sReader.read());
      sWriter.close();
      emit("client read length", (yield* reader.read()).length);
      writer.close();
    }
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
