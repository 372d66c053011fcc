import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, assert, beforeEach, describe, it } from "../_kit/mod.ts";
import { type Program, runProgram, startProgram } from "../_kit/program.ts";

const FORWARDER = new URL("../../docs/examples/port_forwarder.ts", import.meta.url);
const MEBIBYTE = 1 << 20;

/** What the streams of the library hold at the most before they wait: their high-water mark, and the chunk that went beyond it. */
const MOST_HELD = 2 * 65_536;

interface Forwarder {
  readonly port: number;
  readonly program: Program;
}

/** Starts it on a free port. */
async function start(target: string): Promise<Forwarder> {
  const program = startProgram(FORWARDER, { args: ["127.0.0.1:0", target] });
  const line = await program.find(/forwarding 127\.0\.0\.1:(\d+) to .+\n/);
  return { program, port: Number(line[1]) };
}

/** Interrupts it; gives the last lines that it prints. */
async function stop({ program }: Forwarder): Promise<{ summary: string; stdout: string; held: number }> {
  program.kill("SIGINT");
  const { code, stdout, stderr } = await program.ended;
  assert.deepEqual([code, stderr], [0, ""]);
  const summary = stdout.trimEnd().split("\n").slice(-2).join("\n");
  const held = Number(/At most (\d+) bytes were held for a receiver; 0 connections are left open\.$/.exec(summary)?.[1]);
  return { summary, stdout, held };
}

/** A server of the host's. */
class Target {
  readonly server: Server;
  readonly sockets: Socket[] = [];

  constructor(serve: (socket: Socket) => void) {
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.push(socket);
      socket.on("error", () => {});
      serve(socket);
    });
  }

  listen(path?: string): Promise<string> {
    return new Promise((resolve) => {
      const listening = (): void => {
        const address = this.server.address();
        resolve(typeof address === "string" ? address : `127.0.0.1:${address!.port}`);
      };
      if (path === undefined) this.server.listen(0, "127.0.0.1", listening);
      else this.server.listen(path, listening);
    });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function connect(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port, allowHalfOpen: true }, () => resolve(socket));
    socket.on("error", reject);
  });
}

/** All that comes until the end. */
function readAll(socket: Socket): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  socket.on("data", (chunk) => chunks.push(chunk as Uint8Array));
  return new Promise((resolve, reject) => {
    socket.on("end", () => resolve(new Uint8Array(Buffer.concat(chunks))));
    socket.on("error", reject);
  });
}

/** Waits for the peer's end, by whatever means, and passes over what comes before it. */
function closed(socket: Socket): Promise<void> {
  socket.removeAllListeners("error").on("error", () => {});
  socket.on("end", () => socket.end()).resume();
  return new Promise((resolve) => socket.on("close", () => resolve()));
}

describe("the port forwarder", () => {
  let target: Target | null = null;
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tsyncio-"));
  });
  afterEach(async () => {
    await target?.close();
    target = null;
    rmSync(folder, { recursive: true });
  });

  it("passes everything on, both ways, with the end of each", async () => {
    target = new Target((socket) => socket.pipe(socket));
    const forwarder = await start(await target.listen());
    const sent = Uint8Array.from({ length: 3 * MEBIBYTE }, (_, index) => index * 13);
    await Promise.all(Array.from({ length: 5 }, async () => {
      const socket = await connect(forwarder.port);
      const received = readAll(socket);
      socket.end(sent);
      assert.ok(Buffer.compare(await received, sent) === 0);
    }));
    const { summary, held } = await stop(forwarder);
    assert.match(summary, new RegExp(`^5 connections, 0 of them failed; ${15 * MEBIBYTE} bytes up, ${15 * MEBIBYTE} bytes down\\.\n`));
    assert.ok(held <= MOST_HELD, String(held)); // perhaps nothing: hosts may take at once what is written
  });

  it("lets one direction go on after the end of the other, to a unix socket too", async () => {
    target = new Target(async (socket) => socket.end(`got ${(await readAll(socket)).length} bytes`));
    const forwarder = await start(await target.listen(join(folder, "s")));
    const socket = await connect(forwarder.port);
    socket.end("question");
    assert.equal(new TextDecoder().decode(await readAll(socket)), "got 8 bytes");
    assert.match((await stop(forwarder)).summary, /^1 connections, 0 of them failed; 8 bytes up, 11 bytes down\./);
  });

  it("reads no more than a receiver takes that does not read, and goes on when it reads", async () => {
    const deaf = target = new Target((socket) => socket.pause());
    const forwarder = await start(await deaf.listen());
    const socket = await connect(forwarder.port);
    const chunk = new Uint8Array(MEBIBYTE);
    let taken = 0;
    for (let i = 0; i < 200; i++) socket.write(chunk, () => taken++);
    const before = await standstill(() => taken);
    assert.ok(before < 100, `${before} MiB were taken of somebody whose receiver does not read`);
    let received = 0;
    const whole = new Promise<void>((resolve) => {
      const receiver = deaf.sockets[0]!;
      receiver.on("data", (data) => (received += data.length) === 200 * MEBIBYTE && resolve());
      receiver.resume();
    });
    await whole;
    socket.destroy();
    const { summary, held } = await stop(forwarder);
    assert.match(summary, new RegExp(`${200 * MEBIBYTE} bytes up`));
    assert.ok(held > 0 && held <= MOST_HELD, String(held));
  }, { timeout: 60_000 });

  it("says that a target cannot be reached, that a side has reset, and goes on", async () => {
    target = new Target((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const place = await target.listen();
    const forwarder = await start(place);
    const socket = await connect(forwarder.port);
    const gone = closed(socket);
    socket.write("reset me");
    await gone;
    await target.close();
    const late = await connect(forwarder.port);
    await closed(late);
    const { summary, stdout } = await stop(forwarder);
    assert.match(stdout, /connection 1: Cannot go on with the connection: the peer reset the connection \(ECONNRESET\)\n/);
    assert.match(stdout, /connection 2: Cannot connect to 127\.0\.0\.1 port \d+: connection refused \(ECONNREFUSED\)\n/);
    assert.match(summary, /^2 connections, 2 of them failed/);
  });

  it("ends on Ctrl-C with connections open", async () => {
    target = new Target((socket) => socket.write("welcome"));
    const forwarder = await start(await target.listen());
    const socket = await connect(forwarder.port);
    await new Promise((resolve) => socket.once("data", resolve));
    const gone = closed(socket);
    const { summary } = await stop(forwarder);
    await gone;
    assert.match(summary, /^1 connections, 0 of them failed; 0 bytes up, 7 bytes down\./);
  });

  it("refuses what it does not understand", async () => {
    const { code, stderr } = await runProgram(FORWARDER, { args: ["127.0.0.1:0"] });
    assert.deepEqual([code, stderr.startsWith("Usage: port_forwarder.ts LISTEN TARGET")], [2, true]);
  });
});

/** The value once it has not changed for a while: nobody tells that nothing happens. */
async function standstill(value: () => number): Promise<number> {
  for (let before = -1; before !== value();) {
    before = value();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return value();
}
