import { ConnectionRefusedError, ExceptionGroup, getRunningLoop, Protocol, run } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const server = yield* loop.createServer(() => new Protocol(), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    server.close();
    yield* server.waitClosed();
    try {
      yield* loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof ConnectionRefusedError)) throw error;
      emit("plain:", error.constructor);
    }
    try {
      yield* loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port, allErrors: true });
    } catch (group) {
      if (!(group instanceof ExceptionGroup)) throw group;
      emit("all_errors:", group.errors.map((error) => (error as Error).constructor));
    }
  }
  await run(program);
}
