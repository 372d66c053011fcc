import {
  createSslContext,
  getRunningLoop,
  openConnection,
  OSError,
  run,
  sleep,
  SSLCertVerificationError,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "tsyncio";

const data = (name: string): URL => new URL(`data/${name}`, import.meta.url);

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  // deno-lint-ignore require-yield -- a handler that does not wait
  function* handle(_reader: StreamReader, writer: StreamWriter) {
    emit("handler (never)");
    writer.close();
  }

  function* program() {
    getRunningLoop().setExceptionHandler(() => {});
    const serverContext = createSslContext({ cert: data("localhost.pem"), key: data("localhost.key") });
    const server = yield* startServer(handle, "127.0.0.1", 0, { ssl: serverContext });
    const { port } = server.sockets[0]!.address;
    try {
      yield* openConnection("127.0.0.1", port, { serverHostname: "localhost", ssl: createSslContext() });
    } catch (error) {
      if (!(error instanceof SSLCertVerificationError)) throw error;
      emit("client:", error.constructor, "is an OSError:", error instanceof OSError);
    }
    yield* sleep(50);
    server.close();
    yield* server.waitClosed();
  }

  await run(() => program());
}
