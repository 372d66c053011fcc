/**
 * A port forwarder: passes on whatever comes to one place, both ways, until Ctrl-C.
 *
 *     deno run -A docs/examples/port_forwarder.ts LISTEN TARGET        (or bun, or node)
 *     deno run -A docs/examples/port_forwarder.ts 127.0.0.1:8080 127.0.0.1:80
 *     deno run -A docs/examples/port_forwarder.ts 127.0.0.1:8080 /run/service.sock
 *
 * A place is HOST:PORT, where port 0 of LISTEN asks for a free one, or the path of a unix socket.
 *
 * Back-pressure: `drain` waits while the receiver does not take what was written, so nothing is read meanwhile, and the sender has to wait in its turn. What is
 * held for each direction is bounded, however fast the one side sends and however slowly the other reads.
 *
 * Ends: the end of one direction is passed on, and the other direction goes on. An error in either ends both.
 */
import process from "node:process";
import {
  Event,
  ExceptionGroup,
  isCancelled,
  openConnection,
  openUnixConnection,
  OSError,
  run,
  type Server,
  startServer,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
  taskGroup,
} from "../../mod.ts";

/** How much is read at once, in bytes. */
const CHUNK = 65_536;

const counts = { connections: 0, open: 0, failed: 0, up: 0, down: 0, mostHeld: 0 };

type Direction = "up" | "down";

/** One direction. */
function* pump(reader: StreamReader, writer: StreamWriter, direction: Direction) {
  for (let data = yield* reader.read(CHUNK); data.length > 0; data = yield* reader.read(CHUNK)) {
    writer.write(data);
    counts.mostHeld = Math.max(counts.mostHeld, writer.transport.getWriteBufferSize());
    yield* writer.drain();
    counts[direction] += data.length;
  }
  writer.writeEof();
}

/** Serves one client: a connection of its own to the target, and both directions side by side. */
function* forward(client: Streams, target: string) {
  const number = ++counts.connections;
  counts.open++;
  try {
    const server = yield* connect(target);
    try {
      yield* taskGroup(function* (group) {
        group.createTask(() => pump(client[0], server[1], "up"));
        group.createTask(() => pump(server[0], client[1], "down"));
      });
      yield* close(server[1]); // sends what is left
      yield* close(client[1]);
    } finally {
      server[1].transport.abort(); // does nothing when all went well
    }
  } catch (error) {
    if (!isLoss(error)) throw error;
    counts.failed++;
    console.log(`connection ${number}: ${reasonOf(error)}`);
  } finally {
    client[1].transport.abort();
    counts.open--;
  }
}

type Streams = readonly [StreamReader, StreamWriter];

function* close(writer: StreamWriter) {
  writer.close();
  yield* writer.waitClosed();
}

/** An error of the network, or several of them from the two directions; nothing that is wrong with this program. */
function isLoss(error: unknown): error is OSError | ExceptionGroup {
  return error instanceof OSError || (error instanceof ExceptionGroup && error.errors.every(isLoss));
}

function reasonOf(error: OSError | ExceptionGroup): string {
  return error instanceof OSError ? error.message : reasonOf(error.errors[0] as OSError);
}

// ---------------------------------------------------------------- places

/** Host and port; null for a path. */
function inetPlace(place: string): { host: string; port: number } | null {
  const parts = /^(?:\[([^\]]+)\]|([^:/]+)):(\d+)$/.exec(place);
  return parts === null ? null : { host: (parts[1] ?? parts[2])!, port: Number(parts[3]) };
}

function connect(place: string) {
  const inet = inetPlace(place);
  return inet === null ? openUnixConnection(place) : openConnection(inet.host, inet.port);
}

function listen(place: string, target: string): PromiseLike<Server> {
  const serve = (reader: StreamReader, writer: StreamWriter) => forward([reader, writer], target);
  const inet = inetPlace(place);
  return inet === null ? startUnixServer(serve, place) : startServer(serve, inet.host, inet.port);
}

function nameOf({ address }: Server["sockets"][number]): string {
  return address.path ?? `${address.host}:${address.port}`;
}

// ---------------------------------------------------------------- the program

async function main(place: string, target: string): Promise<void> {
  const server = await listen(place, target);
  console.log(`forwarding ${server.sockets.map(nameOf).join(", ")} to ${target}`);
  try {
    await new Event().wait(); // which nobody sets: Ctrl-C cancels it
  } finally {
    server.close();
    server.abortClients();
    await server.waitClosed();
  }
}

const [place, target] = process.argv.slice(2);

if (place === undefined || target === undefined) {
  console.error("Usage: port_forwarder.ts LISTEN TARGET, each HOST:PORT or the path of a unix socket");
  process.exitCode = 2;
} else {
  try {
    await run(() => main(place, target));
  } catch (error) {
    if (!isCancelled(error)) throw error;
  }
  const { connections, failed, up, down, mostHeld, open } = counts;
  console.log(`
${connections} connections, ${failed} of them failed; ${up} bytes up, ${down} bytes down.
At most ${mostHeld} bytes were held for a receiver; ${open} connections are left open.`);
}
