import { type Future, getRunningLoop, Protocol, run, type Transport } from "tsyncio";
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  const decode = (data: Uint8Array) => new TextDecoder().decode(data);
  let made = 0;
  class Server extends Protocol {
    number = 0;
    transport!: Transport;
    override connectionMade(transport: Transport) {
      this.number = ++made;
      this.transport = transport;
    }
    override dataReceived(data: Uint8Array) {
      this.transport.write(`${decode(data)} to server protocol ${this.number}`);
    }
  }
  class Client extends Protocol {
    name: string;
    got: Future<void>;
    constructor(name: string, got: Future<void>) {
      super();
      this.name = name;
      this.got = got;
    }
    override connectionMade(transport: Transport) {
      emit(this.name, "made");
      transport.write(this.name);
    }
    override dataReceived(data: Uint8Array) {
      emit(data);
      this.got.setResult(undefined);
    }
  }
  function* program() {
    const loop = getRunningLoop();
    const server = yield* loop.createServer(() => new Server(), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    for (const name of ["c1", "c2"]) {
      const got = loop.createFuture<void>();
      const [transport, proto] = yield* loop.createConnection(() => new Client(name, got), { host: "127.0.0.1", port });
      emit("returned", proto.name);
      yield* got;
      transport.close();
    }
    server.close();
    yield* server.waitClosed();
  }
  await run(program);
}
