import { ConnectionRefusedError, getRunningLoop, openConnection, Protocol, run } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Client extends Protocol {
    override connectionMade() {
      emit("made (never)");
    }
    override connectionLost() {
      emit("lost (never)");
    }
  }
  function* program() {
    const loop = getRunningLoop();
    const server = yield* loop.createServer(() => new Protocol(), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    server.close();
    yield* server.waitClosed();
    try {
      yield* loop.createConnection(() => new Client(), { host: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof ConnectionRefusedError)) throw error;
      emit("create_connection:", error.constructor);
    }
    try {
      yield* openConnection("127.0.0.1", port);
    } catch (error) {
      if (!(error instanceof ConnectionRefusedError)) throw error;
      emit("open_connection:", error.constructor);
    }
  }
  await run(program);
}
