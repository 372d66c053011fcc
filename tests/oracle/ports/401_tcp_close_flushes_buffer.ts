import { type Future, getRunningLoop, Protocol, run, sleep, type Transport, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const SIZE = 32 * 1024 * 1024;
  class Server extends Protocol {
    count = 0;
    made: Future<Transport>;
    lost: Future<number>;
    constructor(made: Future<Transport>, lost: Future<number>) {
      super();
      this.made = made;
      this.lost = lost;
    }
    override connectionMade(transport: Transport) {
      transport.pauseReading();
      this.made.setResult(transport);
    }
    override dataReceived(data: Uint8Array) {
      this.count += data.length;
    }
    override connectionLost() {
      this.lost.setResult(this.count);
    }
  }
  class Client extends Protocol {
    lost = false;
    override connectionLost(error: Error | null) {
      this.lost = true;
      emit("client lost", error);
    }
  }
  function* program() {
    const loop = getRunningLoop();
    const made = loop.createFuture<Transport>(), lost = loop.createFuture<number>();
    const server = yield* loop.createServer(() => new Server(made, lost), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    const [transport, proto] = yield* loop.createConnection(() => new Client(), { host: "127.0.0.1", port });
    const peer = yield* made;
    transport.write(new Uint8Array(SIZE));
    transport.close();
    yield* sleep(30);
    emit("closing:", transport.isClosing(), "lost yet:", proto.lost);
    peer.resumeReading();
    emit("server got everything:", (yield* waitFor(lost, 20000)) === SIZE);
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
