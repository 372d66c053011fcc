import { readFileSync } from "node:fs";
import process from "node:process";
import {
  createTask,
  Event,
  gather,
  getRunningLoop,
  openConnection,
  Protocol,
  sleep,
  type SslContext,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Transport,
  until,
} from "../../mod.ts";
import { assert, describe, it, runtimeName, stress } from "../_kit/mod.ts";
import { absent, startForeign } from "../_kit/foreign.ts";
import { commandOf } from "../_kit/program.ts";
import { hostTurn, leavingNothingOpen, link, openSockets, writeUntilStuck } from "./_faults.ts";
import { runQuietly } from "./_support.ts";
import { asClient, serverContext } from "./_tls_support.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Both ends of a connection as streams. */
async function pair(security: Security = {}): Promise<Record<"client" | "server", readonly [StreamReader, StreamWriter]>> {
  let tell: (streams: readonly [StreamReader, StreamWriter]) => void = () => {};
  const accepted = new Promise<readonly [StreamReader, StreamWriter]>((resolve) => tell = resolve);
  const listener = await startServer((reader, writer) => tell([reader, writer]), "127.0.0.1", 0, security.server ?? {});
  const client = await openConnection("127.0.0.1", listener.sockets[0]!.address.port, security.client ?? {});
  const server = await until(accepted);
  listener.close();
  return { client, server };
}

/** What makes it TLS. */
interface Security {
  readonly server?: { readonly ssl: SslContext };
  readonly client?: ReturnType<typeof asClient>;
}

async function close(...writers: readonly StreamWriter[]): Promise<void> {
  for (const writer of writers) writer.close();
  for (const writer of writers) await writer.waitClosed();
}

describe("a reader that never reads", () => {
  const kinds: readonly (readonly [kind: string, security: () => Security])[] = [
    ["TCP", () => ({})],
    ["TLS", () => ({ server: { ssl: serverContext() }, client: asClient() })],
  ];
  for (const [kind, security] of kinds) {
    it(`is offered 200 MB by ${kind}: neither side holds more than its high-water mark and a chunk`, () =>
      runQuietly(() =>
        leavingNothingOpen(async () => {
          const { client: [, writer], server: [reader, other] } = await pair(security());
          const chunk = new Uint8Array(64 * KIB);
          const { most } = await writeUntilStuck(writer, chunk, 200 * MIB);
          const { high } = writer.transport.getWriteBufferLimits();
          assert.ok(most <= high + chunk.length, `the writer held ${most} bytes`);
          const held = reader._takeAll().length;
          // Hosts read 64 KiB at once, Bun 512.
          const largestRead = (runtimeName === "bun" ? 512 : 64) * KIB;
          assert.ok(held > 128 * KIB && held <= 128 * KIB + largestRead, `the reader held ${held} bytes`);
          writer.transport.abort();
          other.transport.abort();
          await sleep(0);
        })
      ));
  }
});

describe("writes of all sizes", () => {
  it("100,000 of one byte, by write and by drain after each, come whole and in order", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const { client: [, writer], server: [reader, other] } = await pair();
        const count = stress(1_000_000);
        const sending = createTask(async () => {
          for (let i = 0; i < count; i++) {
            writer.write(Uint8Array.of(i % 251));
            if (i % 2 === 0) await writer.drain();
            if (i % 1000 === 0) await sleep(0);
          }
          writer.writeEof();
        });
        const all = await reader.read();
        await sending;
        assert.equal(all.length, count);
        assert.equal(all.findIndex((byte, i) => byte !== i % 251), -1);
        await close(writer, other);
      })
    ));

  it("64 MB in one, both ways at once, come whole and in order", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const { client, server } = await pair();
        const sent = new Uint8Array(64 * MIB);
        for (let i = 0; i < sent.length; i++) sent[i] = (i * 31 + (i >> 9)) & 255;
        const send = async (writer: StreamWriter) => {
          writer.write(sent);
          await writer.drain();
          writer.writeEof();
        };
        const receive = async (reader: StreamReader) => {
          let at = 0;
          for (;;) {
            const chunk = await reader.read(MIB);
            if (chunk.length === 0) return at;
            for (let i = 0; i < chunk.length; i++, at++) if (chunk[i] !== sent[at]) throw new Error(`byte ${at} is wrong`);
          }
        };
        const [, , one, two] = await gather([() => send(client[1]), () =>
          send(server[1]), () =>
          receive(client[0]), () =>
          receive(server[0])]);
        assert.deepEqual([one, two], [sent.length, sent.length]);
        await close(client[1], server[1]);
      })
    ), { timeout: 60_000 });
});

describe("small writes of one turn", () => {
  it("are one write of the host's socket, those of another turn another", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const { transport, peer } = await link("client");
        const sizes: number[] = [];
        const native = transport.getExtraInfo("socket") as { write(chunk: Uint8Array, ...rest: unknown[]): unknown };
        const write = native.write.bind(native);
        native.write = (chunk, ...rest) => {
          sizes.push(chunk.length);
          return write(chunk, ...rest);
        };
        for (let i = 0; i < 500; i++) transport.write("0123456789");
        await sleep(0);
        transport.writeLines(Array.from({ length: 100 }, () => "line\n"));
        while (peer.received().length < 5500) await hostTurn();
        assert.deepEqual(sizes, [5000, 500]);
        transport.close();
        await until(peer.ended);
        peer.socket.destroy();
        await until(peer.closed);
      })
    ));

  const skip = process.platform !== "linux" ? "strace is for Linux" : absent("strace", ["-f", "-qq", "-o", "/dev/null", "true"]);

  it("are one system call, which is sent at once", async () => {
    const [command, args] = commandOf(new URL("./_small_writes.ts", import.meta.url));
    const strace = ["-f", "-qq", "-s", "20", "-e", "trace=write,writev,sendto,sendmsg,sendmmsg,setsockopt"];
    const child = startForeign("strace", [...strace, command, ...args]);
    assert.equal(await child.ended, 0, child.output());
    const calls = child.output().split("\n").filter((line) => /"tsyncio-\d/.test(line) && !/^received/.test(line));
    const lengths = calls.map((line) => Number(/= (\d+)$/.exec(line)?.[1]));
    assert.deepEqual(lengths, [1000, 10], child.output());
    const prompt = child.output().match(/TCP_NODELAY, \[1\]/g);
    assert.ok(prompt !== null && prompt.length >= 2, `both ends send at once: ${child.output()}`);
  }, { skip });
});

/** How many descriptors the process may have; unknown where the system does not tell. */
function descriptorLimit(): number {
  try {
    return Number(/Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? 1024);
  } catch {
    return 1024;
  }
}

describe("many connections at once", () => {
  const most = Math.floor((descriptorLimit() - 200) / 2); // both ends are in this process

  for (const [way, wanted] of [["close", 5000], ["abort", stress(5000)]] as const) {
    const count = Math.min(wanted, most);
    it(
      `${count} are opened, used and dropped by ${way}, and nothing is left of them`,
      () =>
        runQuietly(() =>
          leavingNothingOpen(async () => {
            let lost = 0;
            class Counter extends Protocol {
              transport: Transport | null = null;
              readonly heard = new Event();

              override connectionMade(transport: Transport): void {
                this.transport = transport;
              }

              override dataReceived(data: Uint8Array): void {
                if (data[0] === 1) this.transport!.write(Uint8Array.of(2));
                else this.heard.set();
              }

              override connectionLost(): void {
                lost++;
              }
            }
            const loop = getRunningLoop();
            const server = await loop.createServer(() => new Counter(), { host: "127.0.0.1", port: 0, backlog: 4096 });
            const { port } = server.sockets[0]!.address;
            const clients = await gather(Array.from({ length: count }, () => async () => {
              const [transport, protocol] = await loop.createConnection(() => new Counter(), { host: "127.0.0.1", port });
              transport.write(Uint8Array.of(1));
              await protocol.heard.wait();
              return transport;
            }));
            assert.ok(openSockets() === null || openSockets()! >= 2 * count, "all are open at once");
            server.close();
            for (const [i, client] of clients.entries()) if (i % 2 === 0) client[way]();
            if (way === "close") server.closeClients();
            else server.abortClients();
            await server.waitClosed();
            while (lost < 2 * count) await hostTurn();
            assert.equal(lost, 2 * count);
          })
        ),
      { timeout: 120_000 },
    );
  }
});
