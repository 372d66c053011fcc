import { getRunningLoop, Protocol, run, sleep, startServer, type StreamReader, type StreamWriter } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class KeyError extends Error {
    override name = "KeyError";
  }
  Object.defineProperty(KeyError, "name", { value: "KeyError" });
  class Client extends Protocol {
    override connectionMade() {
      throw new KeyError("made");
    }
    override dataReceived(data: Uint8Array) {
      emit("data", data);
    }
    override connectionLost(error: Error | null) {
      emit("lost", error);
    }
  }
  function* handle(_reader: StreamReader, writer: StreamWriter) {
    writer.write("hello");
    writer.close();
  }
  function* program() {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, context) => emit("report:", (context.exception as Error).constructor));
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const port = server.sockets[0]!.address.port;
    const [transport] = yield* loop.createConnection(() => new Client(), { host: "127.0.0.1", port });
    emit("returned; closing:", transport.isClosing());
    yield* sleep(50);
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
