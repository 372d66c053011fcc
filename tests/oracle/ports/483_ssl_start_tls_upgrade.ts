import { createSslContext, openConnection, run, sleep, startServer, type StreamReader, type StreamWriter } from "tsyncio";

const data = (name: string): URL => new URL(`data/${name}`, import.meta.url);

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* handle(reader: StreamReader, writer: StreamWriter) {
    emit("server got", yield* reader.readLine());
    writer.write("go\n");
    const context = createSslContext({ cert: data("localhost.pem"), key: data("localhost.key") });
    yield* writer.startTls(context);
    emit("server got", yield* reader.readLine());
    writer.write("encrypted answer\n");
    yield* writer.drain();
    writer.close();
  }

  function* program() {
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const { port } = server.sockets[0]!.address;
    const [reader, writer] = yield* openConnection("127.0.0.1", port);
    emit("tls:", writer.getExtraInfo("sslObject") !== undefined);
    writer.write("starttls\n");
    emit("client got", yield* reader.readLine());
    yield* writer.startTls(createSslContext({ ca: data("ca.pem") }), { serverHostname: "localhost" });
    emit("tls:", writer.getExtraInfo("sslObject") !== undefined);
    writer.write("now hidden\n");
    emit("client got", yield* reader.readLine());
    writer.close();
    yield* sleep(50);
    server.close();
    yield* server.waitClosed();
  }

  await run(() => program());
}
