import { type AddressInfo, createServer } from "node:net";
import {
  allTasks,
  type ClientHandler,
  ConnectionResetError,
  ContextVar,
  coroutine,
  createTask,
  Event,
  gather,
  IncompleteReadError,
  openConnection,
  type Server,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  until,
} from "../../mod.ts";
import { MemoryNetwork, runVirtual as runInVirtualTime } from "../../src/testing/mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it, stress } from "../_kit/mod.ts";
import { concat, randomFrom, runQuietly, runReported, text } from "../net/_support.ts";

const KIB = 1024;

function portOf(server: Server): number {
  return server.sockets[0]!.address.port;
}

async function serving<T>(handler: ClientHandler, body: (port: number, server: Server) => Promise<T>, options = {}): Promise<T> {
  const server = await startServer(handler, "127.0.0.1", 0, options);
  try {
    return await body(portOf(server), server);
  } finally {
    server.close();
    server.closeClients();
    await server.waitClosed();
  }
}

/** What the server says to `words`, to the end. */
async function ask(port: number, words: string): Promise<string> {
  const [reader, writer] = await openConnection("127.0.0.1", port);
  writer.write(words);
  writer.writeEof();
  const answer = text(await reader.read());
  writer.close();
  await writer.waitClosed();
  return answer;
}

function* shout(reader: StreamReader, writer: StreamWriter) {
  const line = yield* reader.readLine();
  writer.write(text(line).toUpperCase());
  writer.close();
}

async function shoutAsync(reader: StreamReader, writer: StreamWriter) {
  const line = await reader.readLine();
  writer.write(text(line).toUpperCase());
  writer.close();
}

class Shouter {
  readonly mark = "!";
  async serve(reader: StreamReader, writer: StreamWriter) {
    writer.write(text(await reader.readLine()).toUpperCase() + this.mark);
    writer.close();
  }
}

describe("startServer: the handler", () => {
  const shouter = new Shouter();
  const handlers: Readonly<Record<string, ClientHandler>> = {
    "a generator function": shout,
    "an async function": shoutAsync,
    "a coroutine function": coroutine(shout),
    "a function that calls a generator function": (reader, writer) => shout(reader, writer),
    "a function that calls an async function": (reader, writer) => shoutAsync(reader, writer),
    "a function that calls a coroutine function": (reader, writer) => coroutine(shoutAsync)(reader, writer),
    "a method": (reader, writer) => shouter.serve(reader, writer),
    "a bound method": shouter.serve.bind(shouter),
    "a plain function that starts a task": (reader, writer) => void createTask(() => shout(reader, writer)),
  };
  for (const [name, handler] of Object.entries(handlers)) {
    it(`may be ${name}`, () =>
      runQuietly(() =>
        serving(handler, async (port) => {
          const answers = await gather(["one", "two"].map((words) => () => ask(port, words)));
          assert.deepEqual(answers.map((answer) => answer.replace("!", "")), ["ONE", "TWO"]);
        })
      ));
  }

  it("is called once a connection, before any data, a plain function at once", () =>
    runQuietly(async () => {
      const calls: boolean[] = [];
      const plain = (reader: StreamReader, writer: StreamWriter): void => {
        calls.push(reader.atEof());
        writer.close();
      };
      await serving(plain, async (port) => {
        await ask(port, "x");
        await ask(port, "y");
      });
      assert.deepEqual(calls, [false, false]);
    }));

  for (const [name, handler] of Object.entries({ generator: failing, "async function": failingAsync, "plain function": failingPlain })) {
    it(`that fails is reported and its connection closed, others are served: ${name}`, async () => {
      const { reports } = await runReported(() =>
        serving(handler, async (port) => {
          assert.equal(await ask(port, "bad"), "");
          assert.equal(await ask(port, "good"), name === "plain function" ? "" : "fine");
        })
      );
      const told = reports.map(({ message, exception }) => `${message} / ${exception}`);
      assert.equal(told[0], "Unhandled exception in client_connected_cb / SyntaxError: bad request");
      assert.equal(told.length, name === "plain function" ? 2 : 1);
      assert.ok(reports[0]!["transport"] !== undefined);
    });
  }

  function* failing(reader: StreamReader, writer: StreamWriter) {
    if (text(yield* reader.readLine()) === "bad") throw new SyntaxError("bad request");
    writer.write("fine");
    writer.close();
  }

  async function failingAsync(reader: StreamReader, writer: StreamWriter) {
    if (text(await reader.readLine()) === "bad") throw new SyntaxError("bad request");
    writer.write("fine");
    writer.close();
  }

  function failingPlain(): void {
    throw new SyntaxError("bad request");
  }

  for (
    const [name, handler] of Object.entries<ClientHandler>({
      generator: function* (reader) {
        yield* reader.read();
      },
      "async function": async (reader) => {
        await reader.read();
      },
      "function that calls one": (reader) => (async () => await reader.read())(),
    })
  ) {
    it(`that is cancelled has its connection closed, and is not reported: ${name}`, () =>
      runQuietly(() =>
        serving(handler, async (port) => {
          const before = allTasks();
          const [reader, writer] = await openConnection("127.0.0.1", port);
          const mine = () => [...allTasks()].filter((task) => !before.has(task));
          while (mine().length === 0) await ask2(port, writer);
          await sleep(0);
          for (const task of mine()) task.cancel("enough");
          assert.equal((await reader.read()).length, 0);
          writer.close();
          await writer.waitClosed();
        })
      ));
  }

  /** Lets the server's side of a connection come about. */
  async function ask2(_port: number, writer: StreamWriter): Promise<void> {
    writer.write("x");
    await sleep(1);
  }

  it("sees the context variables of the one who started the server", () =>
    runQuietly(async () => {
      const variable = new ContextVar<string>("v", { default: "none" });
      variable.set("of the server");
      const tell = async (_reader: StreamReader, writer: StreamWriter) => {
        await sleep(0);
        writer.write(variable.get());
        variable.set("of a client");
        writer.close();
      };
      await serving(tell, async (port) => {
        variable.set("later");
        assert.equal(await ask(port, ""), "of the server");
        assert.equal(await ask(port, ""), "of the server");
      });
      assert.equal(variable.get(), "later");
    }));
});

describe("streams over TCP", () => {
  it("hear the end of the other side and may still answer", () =>
    runQuietly(() =>
      serving(function* (reader, writer) {
        let total = 0;
        for (;;) {
          const { done, value } = yield* reader.next();
          if (done) break;
          total += Number(text(value));
        }
        writer.write(`sum ${total}`);
        writer.close();
      }, async (port) => {
        const [reader, writer] = await openConnection("127.0.0.1", port);
        writer.writeLines(Array.from({ length: 10 }, (_, i) => `${i + 1}\n`));
        writer.writeEof();
        assert.equal(text(await reader.read()), "sum 55");
        assert.equal(reader.atEof(), true);
        assert.equal(writer.isClosing(), false);
        writer.close();
        await writer.waitClosed();
      })
    ));

  it("carry much in both directions at once, whole and in order", () =>
    runQuietly(() =>
      serving(function* (reader, writer) {
        for (let data = yield* reader.read(100_000); data.length > 0; data = yield* reader.read(100_000)) {
          writer.write(data);
          yield* writer.drain();
        }
        writer.close();
      }, async (port) => {
        const random = randomFrom(1);
        const sent = Array.from({ length: 300 }, () => new Uint8Array(Math.ceil(random() * 100_000)).map((_, i) => i * 7));
        const [reader, writer] = await openConnection("127.0.0.1", port);
        const sending = createTask(async () => {
          for (const data of sent) {
            writer.write(data);
            await writer.drain();
          }
          writer.writeEof();
        });
        const got = await reader.read();
        await sending;
        const whole = concat(sent);
        assert.equal(got.length, whole.length);
        assert.ok(got.every((byte, i) => byte === whole[i]));
        writer.close();
        await writer.waitClosed();
      })
    ));

  it("many at once, in both colours, keep their conversations apart", () =>
    runVirtual(() =>
      serving(async (reader, writer) => {
        for await (const line of reader) {
          writer.write(text(line).repeat(2));
          await writer.drain();
        }
        writer.close();
      }, async (port) => {
        function* talk(n: number) {
          const [reader, writer] = yield* openConnection("127.0.0.1", port);
          for (let i = 0; i < 10; i++) {
            writer.write(`${n}.${i}\n`);
            for (let copy = 0; copy < 2; copy++) assert.equal(text(yield* reader.readLine()), `${n}.${i}\n`);
          }
          writer.close();
          yield* writer.waitClosed();
        }
        async function talkAsync(n: number) {
          const [reader, writer] = await openConnection("127.0.0.1", port);
          for (let i = 0; i < 10; i++) {
            writer.write(`${n}.${i}\n`);
            for (let copy = 0; copy < 2; copy++) assert.equal(text(await reader.readLine()), `${n}.${i}\n`);
          }
          writer.close();
          await writer.waitClosed();
        }
        await gather(Array.from({ length: stress(500) }, (_, n) => () => n % 2 === 0 ? talk(n) : talkAsync(n)));
      })
    ));

  it("a reader that never reads makes the writer wait: what is held is bounded", () =>
    runVirtual(async () => {
      const limit = 32 * KIB;
      const chunk = new Uint8Array(64 * KIB);
      const [full, waiting, enough] = [new Event(), new Event(), new Event()]; // the reader is, the writer does; it need not write on
      let [offered, most] = [0, 0];
      const flood = async (_reader: StreamReader, writer: StreamWriter) => {
        tellOf(writer.transport.getProtocol(), "pauseWriting", () => waiting.set());
        tellOf(writer.transport.getProtocol(), "resumeWriting", () => waiting.clear());
        while (!enough.isSet()) {
          writer.write(chunk);
          offered += chunk.length;
          most = Math.max(most, writer.transport.getWriteBufferSize());
          await writer.drain();
        }
        writer.close();
      };
      await serving(flood, async (port) => {
        const [reader, writer] = await openConnection("127.0.0.1", port, { limit });
        tellOf(writer.transport, "pauseReading", () => full.set());
        await full.wait();
        await waiting.wait();
        assert.ok(most <= 128 * KIB, `the writer held ${most} bytes`);
        const held = (await reader.read(2 ** 30)).length;
        assert.ok(held <= 2 * limit + 512 * KIB, `the reader held ${held} bytes`);
        enough.set();
        const rest = (await reader.read()).length;
        assert.equal(held + rest, offered);
        writer.close();
        await writer.waitClosed();
      });
    }));

  it("a reset reaches the one who reads, drains or waits for the end", () =>
    runQuietly(async () => {
      // A plain peer: Deno's own sockets cannot send a reset.
      const peer = createServer((socket) => socket.on("error", () => {}).once("data", () => socket.resetAndDestroy()));
      await until(new Promise<void>((resolve) => peer.listen(0, "127.0.0.1", resolve)));
      const [reader, writer] = await openConnection("127.0.0.1", (peer.address() as AddressInfo).port);
      writer.write("reset me\n");
      for (const wait of [() => reader.read(), () => writer.drain(), () => writer.waitClosed()]) {
        await assert.rejects(async () => await (wait as () => PromiseLike<unknown>)(), ConnectionResetError);
      }
      await until(new Promise<void>((resolve) => peer.close(() => resolve())));
    }));

  it("random cuts, sizes and reads give the same text", async () => {
    for (let seed = 0; seed < stress(100); seed++) {
      const network = new MemoryNetwork({ seed, chunkSize: [1, 500], latency: [0, 3], capacity: 2000 });
      await runInVirtualTime(() => readAtRandom(seed), { network, strict: true });
    }
  });
});

/** Calls `tell` after each call of a method. */
function tellOf<K extends string>(target: { [key in K]: () => void }, method: K, tell: () => void): void {
  const call = target[method].bind(target);
  target[method] = () => {
    call();
    tell();
  };
}

const TEXT = "abc;de\n".repeat(1000);

/** A server that writes in pieces of all sizes, and a client that reads in all ways. */
function* readAtRandom(seed: number) {
  const random = randomFrom(seed);
  const server = yield* startServer(
    function* (_reader, writer) {
      for (let at = 0; at < TEXT.length;) {
        const size = Math.ceil(random() * 300);
        writer.write(TEXT.slice(at, at + size));
        at += size;
        if (random() < 0.3) yield* sleep(0);
        if (random() < 0.05) yield* writer.drain();
      }
      writer.close();
    },
    "127.0.0.1",
    0,
  );
  const [reader, writer] = yield* openConnection("127.0.0.1", portOf(server));
  const parts: Uint8Array[] = [];
  while (!reader.atEof()) parts.push(yield* readSomehow(reader, random));
  assert.equal(text(concat(parts)), TEXT, `seed ${seed}`);
  writer.close();
  yield* writer.waitClosed();
  server.close();
  yield* server.waitClosed();
}

/** At the end of the stream what is left, which is as good. */
function* readSomehow(reader: StreamReader, random: () => number) {
  try {
    const kind = Math.floor(random() * 4);
    if (kind === 0) return yield* reader.readLine();
    if (kind === 1) return yield* reader.read(1 + Math.floor(random() * 100));
    if (kind === 2) return yield* reader.readUntil(["c;", ";d", "\n"]);
    return yield* reader.readExactly(Math.floor(random() * 100));
  } catch (error) {
    if (!(error instanceof IncompleteReadError)) throw error;
    return error.partial;
  }
}
