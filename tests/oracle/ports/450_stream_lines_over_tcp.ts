import { openConnection, run, startServer, type StreamReader, type StreamWriter } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const decode = (data: Uint8Array) => new TextDecoder().decode(data);
  function* handle(reader: StreamReader, writer: StreamWriter) {
    for (;;) {
      const { done, value } = yield* reader.next();
      if (done) break;
      writer.write(`[${decode(value).trimEnd()}]\n`);
      yield* writer.drain();
    }
    writer.write("bye");
    writer.close();
    yield* writer.waitClosed();
  }
  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const [reader, writer] = yield* openConnection("127.0.0.1", server.sockets[0]!.address.port);
    for (const text of ["alpha\n", "beta\n"]) {
      writer.write(text);
      emit("line:", yield* reader.readLine());
    }
    writer.writeEof();
    emit("line:", yield* reader.readLine(), "at_eof:", reader.atEof());
    emit("line length:", (yield* reader.readLine()).length, "at_eof:", reader.atEof());
    writer.close();
    yield* writer.waitClosed();
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
