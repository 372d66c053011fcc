/** Echo servers on tsyncio: `tsyncio.ts protocol|streams generator|async`. Prints its port. */

import process from "node:process";
import {
  type CoroutineGenerator,
  getRunningLoop,
  Protocol,
  run,
  type Server,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Transport,
} from "../../../mod.ts";
import { printServing } from "./serving.ts";

const HOSTNAME = "127.0.0.1";
const BACKLOG = 4096;
const READ_SIZE = 65_536;

/** Reads no more while the peer does not. */
class Echo extends Protocol {
  #transport: Transport | null = null;

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override dataReceived(data: Uint8Array): void {
    this.#transport!.write(data);
  }

  override pauseWriting(): void {
    this.#transport!.pauseReading();
  }

  override resumeWriting(): void {
    this.#transport!.resumeReading();
  }
}

function* echo(reader: StreamReader, writer: StreamWriter): CoroutineGenerator<void> {
  try {
    for (let data = yield* reader.read(READ_SIZE); data.length > 0; data = yield* reader.read(READ_SIZE)) {
      writer.write(data);
      yield* writer.drain();
    }
  } finally {
    writer.close();
  }
}

async function echoAsync(reader: StreamReader, writer: StreamWriter): Promise<void> {
  try {
    for (let data = await reader.read(READ_SIZE); data.length > 0; data = await reader.read(READ_SIZE)) {
      writer.write(data);
      await writer.drain();
    }
  } finally {
    writer.close();
  }
}

function* serve(api: string, colour: string): CoroutineGenerator<void> {
  const server: Server = api === "protocol"
    ? yield* getRunningLoop().createServer(() => new Echo(), { host: HOSTNAME, port: 0, backlog: BACKLOG })
    : yield* startServer(colour === "async" ? echoAsync : echo, HOSTNAME, 0, { backlog: BACKLOG });
  printServing(server.sockets[0]!.address.port);
  yield* server.serveForever();
}

const [api = "", colour = ""] = process.argv.slice(2);
await run(serve(api, colour));
