import { createSslContext, getRunningLoop, openConnection, run, startServer, type StreamReader, type StreamWriter, waitFor } from "tsyncio";

const data = (name: string): URL => new URL(`data/${name}`, import.meta.url);

const CHUNK = Uint8Array.from({ length: 256 * 256 }, (_, index) => index % 256);
const COUNT = 64;

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const got = getRunningLoop().createFuture<[number, number]>();

    function* handle(reader: StreamReader, writer: StreamWriter) {
      let size = 0;
      let checksum = 0;
      for (let chunk = yield* reader.read(50000); chunk.length > 0; chunk = yield* reader.read(50000)) {
        size += chunk.length;
        checksum += sum(chunk);
      }
      got.setResult([size, checksum]);
      writer.close();
    }

    const serverContext = createSslContext({ cert: data("localhost.pem"), key: data("localhost.key") });
    const server = yield* startServer(handle, "127.0.0.1", 0, { ssl: serverContext });
    const { port } = server.sockets[0]!.address;
    const [, writer] = yield* openConnection("127.0.0.1", port, {
      serverHostname: "localhost",
      ssl: createSslContext({ ca: data("ca.pem") }),
    });
    for (let i = 0; i < COUNT; i++) {
      writer.write(CHUNK);
      yield* writer.drain();
    }
    writer.close();
    const [size, checksum] = yield* waitFor(got, 20_000);
    emit("size:", size === CHUNK.length * COUNT, "checksum:", checksum === sum(CHUNK) * COUNT);
    server.close();
    yield* server.waitClosed();
  }

  await run(() => program());
}
