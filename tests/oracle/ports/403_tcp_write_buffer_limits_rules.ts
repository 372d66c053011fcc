import { getRunningLoop, Protocol, run } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const server = yield* loop.createServer(() => new Protocol(), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    const [transport] = yield* loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port });
    const limits = () => {
      const { low, high } = transport.getWriteBufferLimits();
      return [low, high];
    };
    emit("default", limits());
    transport.setWriteBufferLimits({ high: 1000 });
    emit("high given", limits());
    transport.setWriteBufferLimits({ low: 1000 });
    emit("low given", limits());
    transport.setWriteBufferLimits({ high: 0 });
    emit("zero", limits());
    transport.setWriteBufferLimits();
    emit("back to default", limits());
    for (const kw of [{ high: 10, low: 20 }, { high: 5, low: -1 }]) {
      try {
        transport.setWriteBufferLimits(kw);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        emit("ValueError for", kw);
      }
    }
    transport.abort();
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
