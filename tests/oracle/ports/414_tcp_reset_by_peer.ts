// not on deno: Deno has no way to reset a connection: the peer sees an end instead
import { type Future, getRunningLoop, Protocol, run, type Transport, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Server extends Protocol {
    transport!: Transport;
    override connectionMade(transport: Transport) {
      this.transport = transport;
    }
    override dataReceived() {
      this.transport.abort({ reset: true });
    }
  }
  class Client extends Protocol {
    lost: Future<Error | null>;
    constructor(lost: Future<Error | null>) {
      super();
      this.lost = lost;
    }
    override eofReceived() {
      emit("eof (never)");
    }
    override connectionLost(error: Error | null) {
      this.lost.setResult(error);
    }
  }
  function* program() {
    const loop = getRunningLoop();
    loop.setExceptionHandler(() => emit("report (never)"));
    const server = yield* loop.createServer(() => new Server(), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    const lost = loop.createFuture<Error | null>();
    const [transport] = yield* loop.createConnection(() => new Client(lost), { host: "127.0.0.1", port });
    transport.write("x");
    emit("client lost:", (yield* waitFor(lost, 5000))?.constructor);
    emit("closing:", transport.isClosing());
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
