import { getRunningLoop, openConnection, run, startServer, type StreamReader, type StreamWriter, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    const line = yield* reader.readLine();
    if (new TextDecoder().decode(line) === "bad\n") throw new RangeError("bad request");
    writer.write("fine");
    writer.close();
  }
  function* talk(port: number, line: string) {
    const [reader, writer] = yield* openConnection("127.0.0.1", port);
    writer.write(line);
    const answer = yield* waitFor(() => reader.read(), 5000);
    writer.close();
    return answer;
  }
  function* program() {
    getRunningLoop().setExceptionHandler((_loop, context) => emit("report:", context.message, "/", context.exception));
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;
    emit("bad client got", (yield* talk(port, "bad\n")).length, "bytes");
    emit("good client got", yield* talk(port, "good\n"));
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
