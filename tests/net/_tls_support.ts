/** What the tests of TLS share: the certificates of ./certs, contexts made of them, servers and clients. */

import { createServer as createNodeServer } from "node:net";
import {
  type CoroutineGenerator,
  createSslContext,
  type EventLoop,
  getRunningLoop,
  openConnection,
  type Server,
  type SslContext,
  type SslContextOptions,
  startServer,
  type StreamReader,
  type StreamWriter,
  until,
} from "../../mod.ts";
import { assert } from "../_kit/mod.ts";
import { text } from "./_support.ts";

/** A file of ./certs. */
export function certFile(name: string): URL {
  return new URL(`certs/${name}`, import.meta.url);
}

/** A certificate of ./certs and its key. */
export function identity(name: string): Pick<SslContextOptions, "cert" | "key"> {
  return { cert: certFile(`${name}.pem`), key: certFile(`${name}.key`) };
}

/** A server's context, of localhost unless it says another. */
export function serverContext(options: SslContextOptions = {}, name = "localhost"): SslContext {
  return createSslContext({ ...identity(name), ...options });
}

/** A client's context, which trusts the test authority. */
export function clientContext(options: SslContextOptions = {}): SslContext {
  return createSslContext({ ca: certFile("ca.pem"), ...options });
}

/** Options of a client that trusts the test authority and asks for localhost. */
export function asClient(options: SslContextOptions = {}, serverHostname = "localhost"): { ssl: SslContext; serverHostname: string } {
  return { ssl: clientContext(options), serverHostname };
}

/** The port of a server. */
export function portOf(server: Server): number {
  return server.sockets[0]!.address.port;
}

/** Closes a server, and waits until its connections are gone. */
export async function closeServer(server: Server): Promise<void> {
  server.close();
  await server.waitClosed();
}

/** Closes a connection, and waits until it is gone. */
export async function closeWriter(writer: StreamWriter): Promise<void> {
  writer.close();
  await writer.waitClosed();
}

/** Echoes until the client has nothing more to say. */
export function* echo(reader: StreamReader, writer: StreamWriter): CoroutineGenerator<void> {
  for (let data = yield* reader.read(65536); data.length > 0; data = yield* reader.read(65536)) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.close();
}

/** Lets `client` talk to an echo server by TLS. */
export async function withEcho<T>(ssl: SslContext, client: (port: number) => Promise<T>): Promise<T> {
  const server = await startServer(echo, "127.0.0.1", 0, { ssl });
  try {
    return await client(portOf(server));
  } finally {
    await closeServer(server);
  }
}

/** Connects by TLS, has a word echoed, and closes in due form. Gives what the connection says of itself. */
export async function exchange(port: number, options: Parameters<typeof openConnection>[2]): Promise<StreamWriter> {
  const [reader, writer] = await openConnection("127.0.0.1", port, options);
  writer.write("word\n");
  assert.equal(text(await reader.readLine()), "word\n");
  await closeWriter(writer);
  return writer;
}

/** The error that something fails with. */
export async function failureOf(attempt: () => PromiseLike<unknown>): Promise<Error & { code?: string }> {
  try {
    await attempt();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new assert.AssertionError({ message: "it did not fail" });
}

/** How many of a loop's things are open in the host. */
export function openIn(loop: EventLoop): number {
  return loop._open.size;
}

/** Runs `body`, and fails when afterwards more is open in the loop than before. */
export async function leavingNothing(body: () => Promise<void>): Promise<void> {
  const loop = getRunningLoop();
  const before = openIn(loop);
  await body();
  assert.equal(openIn(loop), before, "something is still open");
}

/** A TCP server of the host's that hands each connection's bytes to `onData`; for peers that speak no TLS, or badly. */
export async function rawServer(onData: (chunk: Uint8Array, socket: RawSocket) => void): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<RawSocket>();
  const server = createNodeServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk: Uint8Array) => onData(chunk, socket));
  });
  await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const address = server.address() as { port: number };
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await until(new Promise<void>((resolve) => server.close(() => resolve())));
    },
  };
}

/** A socket of the host's. */
export interface RawSocket {
  write(data: string | Uint8Array): unknown;
  end(): unknown;
  destroy(): unknown;
}

/** A relay between a client and a server, which may change what passes, and cut. */
export interface Relay {
  readonly port: number;
  /** What is done to the bytes of each direction; null drops them. */
  toServer: (chunk: Uint8Array) => Uint8Array | null;
  toClient: (chunk: Uint8Array) => Uint8Array | null;
  /** Sends the client something of its own. */
  inject(data: string | Uint8Array): void;
  /** Ends both connections in an orderly way. */
  end(): void;
  /** Resets both. */
  reset(): void;
  close(): Promise<void>;
}

/** A relay to a port, for one connection. */
export async function relayTo(port: number): Promise<Relay> {
  const { connect } = await import("node:net");
  type Socket = ReturnType<typeof connect>;
  const ends: Socket[] = [];
  const server = createNodeServer((client) => {
    const upstream = connect({ port, host: "127.0.0.1" });
    ends.push(client, upstream);
    pass(client, upstream, (chunk) => relay.toServer(chunk));
    pass(upstream, client, (chunk) => relay.toClient(chunk));
  });
  await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const relay: Relay = {
    port: (server.address() as { port: number }).port,
    toServer: (chunk) => chunk,
    toClient: (chunk) => chunk,
    inject: (data) => void ends[0]!.write(data),
    end: () => ends.forEach((end) => end.end()),
    reset: () => ends.forEach((end) => end.resetAndDestroy()),
    close: async () => {
      for (const end of ends) end.destroy();
      await until(new Promise<void>((resolve) => server.close(() => resolve())));
    },
  };
  return relay;

  function pass(from: Socket, to: Socket, change: (chunk: Uint8Array) => Uint8Array | null): void {
    from.on("data", (chunk: Uint8Array) => {
      const changed = change(chunk);
      if (changed !== null && to.writable) to.write(changed);
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => to.end());
  }
}
