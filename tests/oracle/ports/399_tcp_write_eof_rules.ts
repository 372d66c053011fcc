import { type Future, getRunningLoop, Protocol, run, RuntimeError, type Transport, waitFor } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Server extends Protocol {
    transport!: Transport;
    override connectionMade(transport: Transport) {
      this.transport = transport;
    }
    override eofReceived() {
      this.transport.write("still talking");
      this.transport.close();
      return true;
    }
  }
  class Client extends Protocol {
    done: Future<Error | null>;
    constructor(done: Future<Error | null>) {
      super();
      this.done = done;
    }
    override dataReceived(data: Uint8Array) {
      emit("client data", data);
    }
    override connectionLost(error: Error | null) {
      this.done.setResult(error);
    }
  }
  function* program() {
    const loop = getRunningLoop();
    const server = yield* loop.createServer(() => new Server(), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    const done = loop.createFuture<Error | null>();
    const [transport] = yield* loop.createConnection(() => new Client(done), { host: "127.0.0.1", port });
    emit("can_write_eof:", transport.canWriteEof());
    transport.writeEof();
    transport.writeEof();
    try {
      transport.write("more");
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      emit("write:", error.constructor);
    }
    emit("closing:", transport.isClosing());
    emit("lost:", yield* waitFor(done, 5000));
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
