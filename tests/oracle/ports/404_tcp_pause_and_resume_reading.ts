import { type Future, getRunningLoop, Protocol, run, sleep, type Transport } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Server extends Protocol {
    made: Future<Transport>;
    constructor(made: Future<Transport>) {
      super();
      this.made = made;
    }
    override connectionMade(transport: Transport) {
      this.made.setResult(transport);
    }
    override dataReceived(data: Uint8Array) {
      emit("data", data);
    }
  }
  function* program() {
    const loop = getRunningLoop();
    const made = loop.createFuture<Transport>();
    const server = yield* loop.createServer(() => new Server(made), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    const [transport] = yield* loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port });
    const peer = yield* made;
    emit("reading:", peer.isReading());
    peer.pauseReading();
    peer.pauseReading();
    transport.write("held back");
    yield* sleep(50);
    emit("after a while, reading:", peer.isReading());
    peer.resumeReading();
    peer.resumeReading();
    yield* sleep(50);
    peer.close();
    emit("closing, reading:", peer.isReading());
    peer.resumeReading();
    transport.close();
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
