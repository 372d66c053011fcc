import { getRunningLoop, Protocol, run, sleep, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Client extends Protocol {
    lost = getRunningLoop().createFuture<void>();
    override connectionLost(error: Error | null) {
      emit("connection_lost", error);
      this.lost.setResult(undefined);
    }
  }
  function* program() {
    const loop = getRunningLoop();
    const server = yield* loop.createServer(() => new Protocol(), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    const [transport, proto] = yield* loop.createConnection(() => new Client(), { host: "127.0.0.1", port });
    emit("closing:", transport.isClosing());
    transport.close();
    emit("close returned; closing:", transport.isClosing(), "lost:", proto.lost.done());
    transport.close();
    transport.abort();
    yield* waitFor(proto.lost, 5000);
    yield* sleep(20);
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
