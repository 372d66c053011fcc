import {
  type Awaitable,
  type BaseProtocol,
  BufferedProtocol,
  type Data,
  type DatagramTransport,
  fromReadableStream,
  getRunningLoop,
  type InetAddress,
  openConnection,
  Protocol,
  type Server,
  type SocketAddress,
  type SslObject,
  startServer,
  type StreamReader,
  type StreamWriter,
  toReadableStream,
  toWritableStream,
  type Transport,
} from "../../mod.ts";
import { is } from "./_exact.ts";

declare const transport: Transport;
declare const datagrams: DatagramTransport;

class Counting extends Protocol {
  count = 0;
}

class Filling extends BufferedProtocol {
  readonly memory = new Uint8Array(16);

  override getBuffer(): Uint8Array {
    return this.memory;
  }
}

/** The protocol that is given is the protocol that is got. */
export async function protocols(): Promise<void> {
  const loop = getRunningLoop();
  const place = { host: "127.0.0.1", port: 1 };
  is<[Transport, Counting]>()(await loop.createConnection(() => new Counting(), place));
  is<[Transport, Filling]>()(await loop.createConnection(() => new Filling(), place));
  is<[Transport, Filling]>()(await loop.connectAcceptedSocket(() => new Filling(), {}));
  const [, plain] = await loop.createConnection(() => ({ dataReceived(_data: Uint8Array) {}, seen: 7 }), place);
  is<number>()(plain.seen);
  is<Server>()(await loop.createServer(() => ({ getBuffer: () => new Uint8Array(1), bufferUpdated(_nbytes: number) {} }), place));
  // @ts-expect-error: a protocol's method takes bytes
  await loop.createConnection(() => ({ dataReceived(_data: string) {} }), place);
  // @ts-expect-error: a factory, not a protocol
  await loop.createConnection(new Counting(), place);
  // @ts-expect-error: the port is missing
  await loop.createServer(() => new Counting(), { host: "127.0.0.1" });
  is<Awaitable<number>>()(loop.sendfile(transport, new URL(import.meta.url), { offset: 1, count: 2, fallback: true }));
  // @ts-expect-error: a file is given by its path or its URL
  loop.sendfile(transport, 7);
}

/** What is known of a connection has the type of its name. */
export function extraInfo(): void {
  is<SocketAddress | null | undefined>()(transport.getExtraInfo("peername"));
  is<SocketAddress | null>()(transport.getExtraInfo("sockname", null));
  is<SslObject | undefined>()(transport.getExtraInfo("sslObject"));
  is<SslObject | "plain">()(transport.getExtraInfo("sslObject", "plain" as const));
  is<unknown>()(transport.getExtraInfo("socket"));
  is<InetAddress>()(datagrams.getExtraInfo("sockname"));
  is<InetAddress | null>()(datagrams.getExtraInfo("peername"));
  is<BaseProtocol>()(transport.getProtocol());
  // @ts-expect-error: nothing has this name
  transport.getExtraInfo("weather");
}

/** Streams. */
export async function streams(): Promise<void> {
  const [reader, writer] = await openConnection("127.0.0.1", 1, { limit: 10 });
  is<StreamReader>()(reader);
  is<StreamWriter>()(writer);
  is<ReadableStream<Uint8Array>>()(toReadableStream(reader));
  is<WritableStream<Data>>()(toWritableStream(writer));
  is<StreamReader>()(fromReadableStream(new Response("").body!));
  for await (const line of reader) is<Uint8Array>()(line);
  is<SocketAddress | null | undefined>()(writer.getExtraInfo("peername"));
  is<Server>()(await startServer(() => {}, null, 0, { keepAlive: true, reuseAddress: true, reusePort: false, limit: 10 }));
  is<Server>()(
    await startServer(
      function* (reader, writer) {
        is<StreamReader>()(reader);
        is<StreamWriter>()(writer);
        yield* reader.readExactly(1);
      },
      ["127.0.0.1", "::1"],
      0,
    ),
  );
  // @ts-expect-error: separators are bytes or text
  await reader.readUntil(7);
  // @ts-expect-error: what is written is bytes or text
  writer.write(7);
}
