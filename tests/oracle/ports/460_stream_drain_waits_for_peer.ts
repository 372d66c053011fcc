import {
  createTask,
  Event,
  getRunningLoop,
  openConnection,
  run,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  waitFor,
} from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const SIZE = 32 * 1024 * 1024;
  function* program() {
    const start = new Event();
    const got = getRunningLoop().createFuture<number>();
    function* handle(reader: StreamReader, writer: StreamWriter) {
      yield* start.wait();
      got.setResult((yield* reader.read()).length);
      writer.close();
    }
    const server = yield* startServer(handle, "127.0.0.1", 0);
    const [, writer] = yield* openConnection("127.0.0.1", server.sockets[0]!.address.port);
    writer.write("small");
    yield* writer.drain();
    emit("small drained");
    writer.write(new Uint8Array(SIZE));
    const big = createTask(() => writer.drain());
    yield* sleep(50);
    emit("big drained yet:", big.done());
    start.set();
    yield* waitFor(big, 20000);
    emit("big drained");
    writer.close();
    emit("all arrived:", (yield* got) === SIZE + 5);
    yield* writer.waitClosed();
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
