import {
  createSslContext,
  type Future,
  gather,
  getRunningLoop,
  Protocol,
  run,
  type Transport,
  UnsupportedOperationError,
  waitFor,
} from "tsyncio";

const data = (name: string): URL => new URL(`data/${name}`, import.meta.url);

class Peer extends Protocol {
  #log: unknown[];
  #lost: Future<void>;
  #greeting: string;
  #transport: Transport | null = null;

  constructor(log: unknown[], lost: Future<void>, greeting: string) {
    super();
    this.#log = log;
    this.#lost = lost;
    this.#greeting = greeting;
  }

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.#log.push(["made, handshake done:", transport.getExtraInfo("cipher") !== undefined]);
    if (this.#greeting !== "") transport.write(this.#greeting);
  }

  override dataReceived(chunk: Uint8Array): void {
    this.#log.push(`data ${new TextDecoder().decode(chunk)}`);
    if (this.#greeting === "") this.#transport!.close();
  }

  override eofReceived(): void {
    if (this.#greeting !== "") this.#log.push("eof");
  }

  override connectionLost(error: Error | null): void {
    this.#log.push(["lost", error]);
    this.#lost.setResult(undefined);
  }
}

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const loop = getRunningLoop();
    const serverContext = createSslContext({ cert: data("localhost.pem"), key: data("localhost.key") });
    const clientContext = createSslContext({ ca: data("ca.pem") });
    const serverLog: unknown[] = [];
    const clientLog: unknown[] = [];
    const serverLost = loop.createFuture<void>();
    const clientLost = loop.createFuture<void>();
    const server = yield* loop.createServer(() => new Peer(serverLog, serverLost, "hi"), {
      host: "127.0.0.1",
      port: 0,
      ssl: serverContext,
    });
    const { port } = server.sockets[0]!.address;
    const [transport] = yield* loop.createConnection(() => new Peer(clientLog, clientLost, ""), {
      host: "127.0.0.1",
      port,
      ssl: clientContext,
      serverHostname: "localhost",
    });
    try {
      transport.writeEof();
    } catch (error) {
      if (!(error instanceof UnsupportedOperationError)) throw error;
      emit("write_eof:", error.constructor);
    }
    yield* waitFor(gather([serverLost, clientLost]), 5000);
    server.close();
    yield* server.waitClosed();
    for (const [name, log] of [["client", clientLog], ["server", serverLog]] as const) {
      for (const line of log) emit(name, line);
    }
  }

  await run(() => program());
}
