import { type Future, gather, getRunningLoop, Protocol, run, type Transport, waitFor } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  class Peer extends Protocol {
    transport!: Transport;
    log: unknown[];
    lost: Future<void>;
    echo: boolean;
    constructor(log: unknown[], lost: Future<void>, echo: boolean) {
      super();
      this.log = log;
      this.lost = lost;
      this.echo = echo;
    }
    override connectionMade(transport: Transport) {
      this.transport = transport;
      this.log.push("made");
    }
    override dataReceived(data: Uint8Array) {
      const text = new TextDecoder().decode(data);
      this.log.push("data " + text);
      if (this.echo) this.transport.write(text.toUpperCase());
      else this.transport.close();
    }
    override eofReceived() {
      this.log.push("eof");
    }
    override connectionLost(error: Error | null) {
      this.log.push(["lost", error]);
      this.lost.setResult(undefined);
    }
  }
  function* program() {
    const loop = getRunningLoop();
    const sLost = loop.createFuture<void>(), cLost = loop.createFuture<void>();
    const sLog: unknown[] = [], cLog: unknown[] = [];
    const server = yield* loop.createServer(() => new Peer(sLog, sLost, true), { host: "127.0.0.1", port: 0 });
    const port = server.sockets[0]!.address.port;
    const [transport] = yield* loop.createConnection(() => new Peer(cLog, cLost, false), { host: "127.0.0.1", port });
    transport.write("hello");
    yield* waitFor(gather([sLost, cLost]), 5000);
    server.close();
    yield* server.waitClosed();
    for (const [name, log] of [["client", cLog], ["server", sLog]] as const) for (const line of log) emit(name, line);
  }
  await run(program);
}
