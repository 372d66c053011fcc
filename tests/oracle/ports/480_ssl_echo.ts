import { createSslContext, openConnection, run, sleep, startServer, type StreamReader, type StreamWriter } from "tsyncio";

const data = (name: string): URL => new URL(`data/${name}`, import.meta.url);

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    for (let line = yield* reader.readLine(); line.length > 0; line = yield* reader.readLine()) {
      writer.write(new TextDecoder().decode(line).toUpperCase());
    }
    emit("server saw the end");
    writer.close();
  }

  function* program() {
    const serverContext = createSslContext({ cert: data("localhost.pem"), key: data("localhost.key") });
    const clientContext = createSslContext({ ca: data("ca.pem") });
    const server = yield* startServer(handle, "127.0.0.1", 0, { ssl: serverContext });
    const { port } = server.sockets[0]!.address;
    const [reader, writer] = yield* openConnection("127.0.0.1", port, { ssl: clientContext, serverHostname: "localhost" });
    writer.write("secret\n");
    emit(yield* reader.readLine());
    emit("has peercert:", Boolean(writer.getExtraInfo("peercert")), "has cipher:", writer.getExtraInfo("cipher") !== undefined);
    emit("can_write_eof:", writer.canWriteEof());
    writer.close();
    yield* writer.waitClosed();
    yield* sleep(50);
    server.close();
    yield* server.waitClosed();
  }

  await run(() => program());
}
