import { getRunningLoop, openConnection, run, sleep, startServer, type StreamReader, type StreamWriter, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const got = getRunningLoop().createFuture<Uint8Array>();
    function* handle(reader: StreamReader, writer: StreamWriter) {
      got.setResult(yield* reader.read());
      writer.close();
    }
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;
    const [, writer] = yield* openConnection("127.0.0.1", port);
    let expected = "";
    for (let i = 0; i < 300; i++) {
      const part = `${i},`;
      expected += part + part;
      writer.write(part);
      writer.writeLines([part, ""]);
      if (i % 50 === 0) yield* sleep(0);
    }
    writer.write("bytearray,");
    writer.write("view");
    writer.close();
    const data = yield* waitFor(got, 5000);
    emit("exact:", new TextDecoder().decode(data) === expected + "bytearray,view", "length", data.length);
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
