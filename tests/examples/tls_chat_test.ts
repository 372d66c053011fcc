import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { absent, startForeign } from "../_kit/foreign.ts";
import { afterEach, assert, beforeEach, describe, it } from "../_kit/mod.ts";
import { type Program, runProgram, startProgram } from "../_kit/program.ts";

const CHAT = new URL("../../docs/examples/tls_chat.ts", import.meta.url);
const CERTS = new URL("../net/certs/", import.meta.url);
const ca = readFileSync(new URL("ca.pem", CERTS));

const CONVERSATION = `\
   ann | * your name?
   ann | * here are: nobody
   ben | * say STARTTLS
   ben | * go on by TLS
   ben | * your name?
   ben | * another name, please
   ben | * here are: ann
   ann | * ben has come in by STARTTLS
   cat | * your name?
   cat | * here are: ann, ben
   ann | * cat has come in by the unix socket
   ann | cat: good evening
   ben | * cat has come in by the unix socket
   ben | cat: good evening
client | * here are: ann, ben, cat
   ann | * client has come in by TLS
   ben | * client has come in by TLS
   cat | * client has come in by TLS
   dan | * say STARTTLS
   dan | (is not let in without TLS)
   eve | (is not let in with a certificate of somebody else's authority)
   flo | (does not trust the server)
   ben | * ann has left
   cat | * ann has left
client | * ann has left
   ben | * good night
   cat | * good night
client | * good night
0 connections are left open.
`;

/** A socket of the host's, and what it has heard. */
class Guest {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  #heard = "";
  #onData: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => socket.on("close", () => resolve()));
    socket.setEncoding("utf8");
    socket.on("error", () => {}); // the close follows
    socket.on("data", (chunk) => {
      this.#heard = (this.#heard + chunk).replaceAll(/^[^\n]{1000,}\n/gm, ""); // not to search through much ado
      this.#onData();
    });
  }

  get heard(): string {
    return this.#heard;
  }

  /** Waits for a line. */
  async hears(line: string): Promise<void> {
    while (!`\n${this.#heard}`.includes(`\n${line}\n`)) await new Promise<void>((resolve) => this.#onData = resolve);
  }
}

type Socket = ReturnType<typeof createConnection> | ReturnType<typeof connect>;

interface Chat {
  readonly program: Program;
  readonly tlsPort: number;
  readonly plainPort: number;
}

async function serve(path: string): Promise<Chat> {
  const program = startProgram(CHAT, { args: ["serve", "0", "0", path], limit: 60_000 });
  const [, tlsPort, plainPort] = await program.find(/TLS at 127\.0\.0\.1:(\d+), STARTTLS at 127\.0\.0\.1:(\d+), and .+\n/);
  return { program, tlsPort: Number(tlsPort), plainPort: Number(plainPort) };
}

async function stop({ program }: Chat): Promise<void> {
  program.kill("SIGINT");
  const { code, stdout, stderr } = await program.ended;
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /\n0 connections are left open\.\n$/);
}

async function enterByTls(port: number, name: string, others: string): Promise<Guest> {
  const guest = new Guest(connect({ port, host: "127.0.0.1", servername: "localhost", ca }));
  await guest.hears("* your name?");
  guest.socket.write(`${name}\n`);
  await guest.hears(`* here are: ${others}`);
  return guest;
}

describe("the chat by TLS", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tsyncio-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("talks by all three doors, and lets nobody in that should not", async () => {
    const { code, stdout, stderr } = await runProgram(CHAT, { limit: 60_000 });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(stdout, CONVERSATION);
  }, { timeout: 60_000 });

  it("serves the host's own sockets, and says good night on Ctrl-C", async () => {
    const chat = await serve(join(folder, "s"));
    const ann = await enterByTls(chat.tlsPort, "ann", "nobody");

    const plain = createConnection({ port: chat.plainPort, host: "127.0.0.1" });
    await new Promise<void>((resolve) => plain.once("data", () => resolve()));
    plain.write("STARTTLS\n");
    await new Promise<void>((resolve) => plain.once("data", () => resolve()));
    const ben = new Guest(connect({ socket: plain, servername: "localhost", ca }));
    await ben.hears("* your name?");
    ben.socket.write("ben\n");
    await ben.hears("* here are: ann");

    const cat = new Guest(createConnection({ path: join(folder, "s") }));
    await cat.hears("* your name?");
    cat.socket.write("cat\nhello\n");
    for (const other of [ann, ben]) await other.hears("cat: hello");
    ben.socket.end();
    for (const other of [ann, cat]) await other.hears("* ben has left");

    const stopped = stop(chat);
    for (const guest of [ann, cat]) {
      await guest.hears("* good night");
      guest.socket.end();
      await guest.ended;
    }
    await stopped;
  }, { timeout: 60_000 });

  it("drops a guest that does not read, and nobody else waits", async () => {
    const chat = await serve(join(folder, "s"));
    const ann = await enterByTls(chat.tlsPort, "ann", "nobody");
    const ben = new Guest(createConnection({ path: join(folder, "s") })); // the host's sockets of TLS read on on Deno, even paused
    await ben.hears("* your name?");
    ben.socket.write("ben\n");
    await ben.hears("* here are: ann");
    const cat = await enterByTls(chat.tlsPort, "cat", "ann, ben");
    ben.socket.pause();
    const line = "much ado about nothing ".repeat(2000);
    for (let number = 0; !cat.heard.includes("* ben has left"); number++) {
      ann.socket.write(`${line}\nline ${number}\n`);
      await cat.hears(`ann: line ${number}`);
    }
    ben.socket.destroy();
    for (const guest of [ann, cat]) guest.socket.end();
    await stop(chat);
  }, { timeout: 60_000 });

  it("knows the name in a certificate, of openssl", async () => {
    const chat = await serve(join(folder, "s"));
    const pathOf = (name: string) => fileURLToPath(new URL(name, CERTS));
    const identity = ["-cert", pathOf("client.pem"), "-key", pathOf("client.key")];
    const program = startForeign("openssl", [
      "s_client",
      "-quiet",
      "-verify_return_error",
      "-connect",
      `127.0.0.1:${chat.tlsPort}`,
      "-CAfile",
      pathOf("ca.pem"),
      ...identity,
    ]);
    try {
      await program.find(/\* here are: nobody/);
      const ann = await enterByTls(chat.tlsPort, "ann", "client");
      program.write("hello from openssl\n");
      await ann.hears("client: hello from openssl");
      ann.socket.end();
      await program.find(/\* ann has left/);
    } finally {
      program.kill();
      await program.ended;
    }
    await stop(chat);
  }, { skip: absent("openssl", ["version"]), timeout: 60_000 });

  it("refuses what it does not understand", async () => {
    const { code, stderr } = await runProgram(CHAT, { args: ["serve", "0"] });
    assert.deepEqual([code, stderr.startsWith("Usage: tls_chat.ts")], [2, true]);
  });
});
