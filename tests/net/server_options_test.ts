import { existsSync, readFileSync } from "node:fs";
import { openConnection, type Server, sleep, startServer, type StreamReader, type StreamWriter } from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runQuietly, text } from "./_support.ts";

/** Says its words and, unless the client is to go first, closes. */
function greet(words: string, stays = false) {
  return function* (reader: StreamReader, writer: StreamWriter) {
    writer.write(words);
    if (stays) yield* reader.read();
    writer.close();
  };
}

function portOf(server: Server): number {
  return server.sockets[0]!.address.port;
}

async function close(server: Server): Promise<void> {
  server.close();
  await server.waitClosed();
}

/** What a new client of the server reads to the end. */
async function visit(server: Server): Promise<string> {
  const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
  const heard = text(await reader.read());
  writer.close();
  await writer.waitClosed();
  return heard;
}

/** Whether the system asks the peer of the connection to the port now and then: what timer a connection has is in the sixth column. */
function hasKeepAliveTimer(port: number): boolean {
  const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n").map((line) => line.trim().split(/\s+/));
  const connections = lines.filter(([, local, , state]) => local === place && state === "01");
  assert.equal(connections.length, 1);
  return connections[0]![5]!.startsWith("02:");
}

describe("createServer's options", () => {
  it("reuseAddress: an address is bound again that connections of a server before still hold", () =>
    runQuietly(async () => {
      for (const options of [{}, { reuseAddress: true }]) {
        // The side that closes first holds the address for a while: here the server.
        const first = await startServer(greet("x"), "127.0.0.1", 0, options);
        const port = portOf(first);
        assert.equal(await visit(first), "x");
        await close(first);
        const second = await startServer(greet("y"), "127.0.0.1", port, options);
        assert.equal(await visit(second), "y");
        await close(second);
      }
    }));

  it("reusePort: several servers have one port, and each of them clients", () =>
    runQuietly(async () => {
      const first = await startServer(greet("1"), "127.0.0.1", 0, { reusePort: true });
      const second = await startServer(greet("2"), "127.0.0.1", portOf(first), { reusePort: true });
      assert.deepEqual(second.sockets[0]!.address, first.sockets[0]!.address);
      const answers = new Set<string>();
      // The system deals connections out by a hash of their ports.
      for (let visits = 0; visits < 200 && answers.size < 2; visits++) answers.add(await visit(first));
      assert.deepEqual([...answers].sort(), ["1", "2"]);
      await close(first);
      await close(second);
    }));

  it("keepAlive: TCP asks whether the peers are still there, and not without", () =>
    runQuietly(async () => {
      for (const options of [{}, { keepAlive: false }, { keepAlive: true }]) {
        const server = await startServer(greet("x", true), "127.0.0.1", 0, options);
        const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
        await reader.readExactly(1);
        assert.equal(hasKeepAliveTimer(portOf(server)), options.keepAlive === true);
        writer.close();
        await writer.waitClosed();
        await close(server);
      }
    }), { skip: !existsSync("/proc/net/tcp") && "only Linux tells of the timers of connections" });

  it("are checked at the call", () =>
    runQuietly(async () => {
      const start = (options: object) => () => void startServer(() => {}, "127.0.0.1", 0, options);
      for (const option of ["reuseAddress", "reusePort", "keepAlive", "startServing"]) {
        assert.throws(start({ [option]: 1 }), new RegExp(`TypeError: Cannot create a server: ${option} is no boolean but number`));
      }
      assert.throws(
        start({ reuseAddress: false }),
        /UnsupportedOperationError: Cannot create a server: no host can refuse to reuse an address/,
      );
      await sleep(0);
    }));
});
