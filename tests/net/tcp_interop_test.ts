import { connect as connectByHost, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import {
  createTask,
  getRunningLoop,
  openConnection,
  Protocol,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Transport,
  until,
} from "../../mod.ts";
import { absent, type Foreign, startForeign } from "../_kit/foreign.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { leavingNothingOpen } from "./_faults.ts";
import { concat, runQuietly } from "./_support.ts";

const PYTHON = fileURLToPath(new URL("./_python_tcp.py", import.meta.url));
const SENT = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7 + (i >> 10)) & 255);

/** How this side takes part. */
const WAYS = ["streams", "protocol"] as const;

/** Echoes by streams, and ends when the other side has. */
function* echo(reader: StreamReader, writer: StreamWriter) {
  for (let data = yield* reader.read(65536); data.length > 0; data = yield* reader.read(65536)) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.writeEof();
  writer.close();
}

/** The same as a protocol. */
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

  override eofReceived(): boolean {
    this.#transport!.close();
    return true;
  }
}

/** Sends all at once, ends, and keeps what comes back. */
class Sender extends Protocol {
  readonly #parts: Uint8Array[] = [];
  readonly received: Promise<{ readonly all: Uint8Array; readonly error: Error | null }>;
  #tell: (outcome: { readonly all: Uint8Array; readonly error: Error | null }) => void = () => {};

  constructor() {
    super();
    this.received = new Promise((resolve) => this.#tell = resolve);
  }

  override connectionMade(transport: Transport): void {
    transport.write(SENT);
    transport.writeEof();
  }

  override dataReceived(data: Uint8Array): void {
    this.#parts.push(data);
  }

  override connectionLost(error: Error | null): void {
    this.#tell({ all: concat(this.#parts), error });
  }
}

/** Sends to an echo server and checks what comes back. */
async function talk(way: (typeof WAYS)[number], port: number): Promise<void> {
  if (way === "protocol") {
    const [, sender] = await getRunningLoop().createConnection(() => new Sender(), { host: "127.0.0.1", port });
    const { all, error } = await until(sender.received);
    assert.equal(error, null);
    return assertSent(all);
  }
  const [reader, writer] = await openConnection("127.0.0.1", port);
  const sending = createTask(async () => {
    for (let at = 0; at < SENT.length; at += 50_000) {
      writer.write(SENT.subarray(at, at + 50_000));
      await writer.drain();
    }
    writer.writeEof();
  });
  const all = await reader.read();
  await sending;
  assertSent(all);
  writer.close();
  await writer.waitClosed();
}

function assertSent(received: Uint8Array): void {
  assert.equal(received.length, SENT.length);
  assert.equal(received.findIndex((byte, i) => byte !== SENT[i]), -1);
}

/** Serves by an echo of ours. */
async function serving(way: (typeof WAYS)[number], body: (port: number) => PromiseLike<void>): Promise<void> {
  const place = { host: "127.0.0.1", port: 0 };
  const server = await (way === "streams" ? startServer(echo, "127.0.0.1", 0) : getRunningLoop().createServer(() => new Echo(), place));
  await body(server.sockets[0]!.address.port);
  server.close();
  await server.waitClosed();
}

async function beside(program: Foreign, body: () => PromiseLike<void>): Promise<void> {
  try {
    await body();
  } finally {
    program.kill();
    await until(program.ended);
  }
}

describe("TCP with CPython's asyncio", () => {
  const skip = absent("python3", ["-c", "import asyncio, sys; sys.exit(sys.version_info < (3, 8))"]);

  for (const theirs of WAYS) {
    for (const ours of WAYS) {
      it(`its server by ${theirs} echoes what is sent by ${ours}, and both close well`, () =>
        runQuietly(async () => {
          const program = startForeign("python3", [PYTHON, "server", theirs]);
          await beside(program, async () => {
            await talk(ours, Number((await until(program.find(/port (\d+)/)))[1]));
            await until(program.find(/closed with None/));
          });
        }), { skip });

      it(`its client by ${theirs} is served by ${ours}, and both close well`, () =>
        runQuietly(() =>
          serving(ours, async (port) => {
            const program = startForeign("python3", [PYTHON, "client", theirs, String(port)]);
            await beside(program, async () => {
              assert.equal(await until(program.ended), 0, program.output());
              assert.match(program.output(), /the same\s+closed with None/);
            });
          })
        ), { skip });
    }
  }
});

describe("TCP with node:net of the same host", () => {
  for (const way of WAYS) {
    it(`its server echoes what is sent by ${way}`, () =>
      runQuietly(() =>
        leavingNothingOpen(async () => {
          const server = createServer((socket) => void socket.pipe(socket));
          await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
          await talk(way, (server.address() as { port: number }).port);
          await until(new Promise<void>((resolve) => server.close(() => resolve())));
        })
      ));

    it(`its client is served by ${way}`, () =>
      runQuietly(() =>
        leavingNothingOpen(() =>
          serving(way, async (port) => {
            const parts: Uint8Array[] = [];
            const closed = new Promise<boolean>((resolve, reject) => {
              const socket = connectByHost({ host: "127.0.0.1", port });
              socket.on("error", reject).on("close", resolve).on("data", (chunk) => parts.push(new Uint8Array(chunk)));
              socket.on("connect", () => void socket.end(SENT));
            });
            assert.equal(await until(closed), false);
            assertSent(concat(parts));
          })
        )
      ));
  }
});
