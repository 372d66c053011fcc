import { connect as connectByHost, createServer, type Server, type Socket } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import {
  getRunningLoop,
  openConnection,
  openUnixConnection,
  OSError,
  Protocol,
  sleep,
  SSLError,
  type StreamReader,
  type StreamWriter,
  type Transport,
  until,
} from "../../mod.ts";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { asClient, certFile, serverContext } from "./_tls_support.ts";
import { LoggingProtocol, runQuietly, text } from "./_support.ts";

/** A socket that node:net accepted, and its peer. */
async function accepted(options: { readonly pauseOnConnect?: boolean } = {}) {
  let tell: (socket: Socket) => void = () => {};
  const socket = new Promise<Socket>((resolve) => tell = resolve);
  const server: Server = createServer(options, tell);
  await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const peer = connectByHost((server.address() as { port: number }).port, "127.0.0.1");
  const native = await until(socket);
  server.close();
  return { native, peer, ended: new Promise<void>((resolve) => peer.on("close", () => resolve())) };
}

/** What a peer hears, to the end. */
function heard(peer: Socket): Promise<string> {
  return new Promise((resolve) => {
    let all = "";
    peer.on("data", (chunk) => all += text(new Uint8Array(chunk)));
    peer.on("end", () => resolve(all));
  });
}

class Echo extends Protocol {
  #transport: Transport | null = null;
  readonly log: string[] = [];

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.log.push("made");
  }

  override dataReceived(data: Uint8Array): void {
    this.#transport!.write(data);
  }

  override eofReceived(): boolean {
    this.log.push("eof");
    this.#transport!.write("!");
    this.#transport!.close();
    return true;
  }

  override connectionLost(error: Error | null): void {
    this.log.push(`lost ${error}`);
  }
}

/** Says something to an echo, which ends when its peer does. */
async function conversation(peer: Socket, protocol: Echo): Promise<void> {
  const closed = new Promise<void>((resolve) => peer.on("close", () => resolve()));
  const answer = heard(peer);
  peer.end("hello");
  assert.equal(await until(answer), "hello!");
  await until(closed);
  assert.deepEqual(protocol.log, ["made", "eof", "lost null"]);
}

/** Says something by TLS to an echo, and closes. */
async function saysHello([reader, writer]: [StreamReader, StreamWriter], transport: Transport, protocol: Echo): Promise<void> {
  assert.match(transport.getExtraInfo("cipher")!.version, /^TLSv1\.[23]$/);
  writer.write("hello");
  assert.equal(text(await reader.readExactly(5)), "hello");
  writer.close();
  await writer.waitClosed();
  while (!protocol.log.includes("lost null")) await sleep(0);
}

/** Gives a path for a socket in a folder of its own. */
async function inFolder(body: (path: string) => PromiseLike<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tsyncio-"));
  try {
    await body(join(folder, "socket"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("connectAcceptedSocket", () => {
  for (const pauseOnConnect of [false, true]) {
    it(`takes over a socket of node:net, half-closed connections included, ${pauseOnConnect ? "paused" : "flowing"}`, () =>
      runQuietly(async () => {
        const { native, peer } = await accepted({ pauseOnConnect });
        const [transport, protocol] = await getRunningLoop().connectAcceptedSocket(() => new Echo(), native);
        assert.equal(transport.getExtraInfo("socket"), native);
        assert.deepEqual(transport.getExtraInfo("peername"), { host: "127.0.0.1", port: peer.localPort, family: "IPv4" });
        assert.deepEqual(protocol.log, ["made"]);
        await conversation(peer, protocol);
      }));
  }

  it("goes on by TLS at once, as the server", () =>
    runQuietly(async () => {
      const server: Server = createServer({ pauseOnConnect: true });
      const accepted = new Promise<Socket>((resolve) => server.on("connection", resolve));
      await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
      const loop = getRunningLoop();
      const connecting = loop.createTask(() => openConnection("127.0.0.1", (server.address() as { port: number }).port, asClient()));
      const native = await until(accepted);
      server.close();
      const [transport, protocol] = await loop.connectAcceptedSocket(() => new Echo(), native, { ssl: serverContext() });
      assert.equal(transport.getExtraInfo("socket"), native);
      await saysHello(await connecting, transport, protocol);
    }));

  it("goes on by TLS over a connection of Deno's, and over a socket of the file system", () =>
    runQuietly(() =>
      inFolder(async (path) => {
        const loop = getRunningLoop();
        for (const place of [{ hostname: "127.0.0.1", port: 0 }, { transport: "unix", path }] as const) {
          const listener = Deno.listen(place as { hostname: string; port: number });
          const connecting = loop.createTask(() =>
            "path" in place ? openUnixConnection(path, asClient()) : openConnection("127.0.0.1", listener.addr.port, asClient())
          );
          const conn = await until(listener.accept());
          listener.close();
          const [transport, protocol] = await loop.connectAcceptedSocket(() => new Echo(), conn, { ssl: serverContext() });
          await saysHello(await connecting, transport, protocol);
        }
      })
    ), { skip: runtimeName !== "deno" && "only Deno has them" });

  it("goes on by TLS over a socket of the file system, of node:net", () =>
    runQuietly(() =>
      inFolder(async (path) => {
        const loop = getRunningLoop();
        const server = createServer({ pauseOnConnect: true });
        const accepted = new Promise<Socket>((resolve) => server.on("connection", resolve));
        await until(new Promise<void>((resolve) => server.listen(path, resolve)));
        const connecting = loop.createTask(() => openUnixConnection(path, asClient()));
        const native = await until(accepted);
        server.close();
        const [transport, protocol] = await loop.connectAcceptedSocket(() => new Echo(), native, { ssl: serverContext() });
        await saysHello(await connecting, transport, protocol);
      })
    ), { skip: process.platform === "win32" && "there are no such sockets" });

  it("that goes on by TLS refuses a client without a certificate, and one that speaks no TLS, and closes the socket", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const ssl = serverContext({ ca: certFile("ca.pem"), verifyMode: "required" });
      for (const kind of ["no certificate", "no TLS"]) {
        const server: Server = createServer({ pauseOnConnect: true });
        const accepted = new Promise<Socket>((resolve) => server.on("connection", resolve));
        await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
        const { port } = server.address() as { port: number };
        const visit = loop.createTask(async () => {
          const [reader, writer] = await openConnection("127.0.0.1", port, kind === "no TLS" ? {} : asClient());
          try {
            if (kind === "no TLS") writer.write("GET / HTTP/1.0\r\n\r\n");
            await reader.read();
          } finally {
            writer.close();
            await writer.waitClosed();
          }
        });
        const native = await until(accepted);
        const closed = new Promise<void>((resolve) => native.on("close", () => resolve()));
        server.close();
        await assert.rejects(async () => await loop.connectAcceptedSocket(() => new Echo(), native, { ssl }), SSLError);
        await visit.catch((error) => assert.ok(error instanceof OSError)); // what it hears of that is the host's affair
        await until(closed);
      }
    }));

  it("takes over a connection of Deno's", () =>
    runQuietly(async () => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const peer = connectByHost(listener.addr.port, "127.0.0.1");
      const conn = await until(listener.accept());
      listener.close();
      const [transport, protocol] = await getRunningLoop().connectAcceptedSocket(() => new Echo(), conn);
      assert.equal(transport.getExtraInfo("socket"), conn);
      await conversation(peer, protocol);
    }), { skip: runtimeName !== "deno" && "only Deno has them" });

  it("takes over a socket of the file system, of node:net", () =>
    runQuietly(() =>
      inFolder(async (path) => {
        const server = createServer();
        const accepted = new Promise<Socket>((resolve) => server.on("connection", resolve));
        await until(new Promise<void>((resolve) => server.listen(path, resolve)));
        const peer = connectByHost(path);
        const native = await until(accepted);
        server.close();
        const [transport, protocol] = await getRunningLoop().connectAcceptedSocket(() => new Echo(), native);
        assert.deepEqual(transport.getExtraInfo("peername"), { path: "" });
        await conversation(peer, protocol);
      })
    ), { skip: process.platform === "win32" && "there are no such sockets" });

  it("takes over a connection of Deno's through the file system", () =>
    runQuietly(() =>
      inFolder(async (path) => {
        const listener = Deno.listen({ transport: "unix", path });
        const peer = connectByHost(path);
        const conn = await until(listener.accept());
        listener.close();
        const [transport, protocol] = await getRunningLoop().connectAcceptedSocket(() => new Echo(), conn);
        assert.deepEqual(transport.getExtraInfo("sockname"), { path });
        await conversation(peer, protocol);
      })
    ), { skip: runtimeName !== "deno" && "only Deno has them" });

  it("refuses what is no socket, and one that is closed", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      for (const wrong of [null, 7, {}, createServer()]) {
        assert.throws(
          () => loop.connectAcceptedSocket(() => new Protocol(), wrong),
          /^TypeError: Cannot connect an accepted socket: a socket of this host/,
        );
      }
      assert.throws(() => loop.connectAcceptedSocket({} as () => Protocol, {}), /a function that makes a protocol was expected/);
      const { native, peer, ended } = await accepted();
      native.destroy();
      peer.destroy();
      await until(ended);
      assert.throws(() => loop.connectAcceptedSocket(() => new Protocol(), native), (error) =>
        error instanceof OSError && error.code === "ENOTCONN");
    }));

  it("closes the socket when the protocol cannot be made, or the wait is cancelled", () =>
    runQuietly(async () => {
      const one = await accepted();
      const fails = () => {
        throw new Error("no protocol");
      };
      await assert.rejects(async () => await getRunningLoop().connectAcceptedSocket(fails, one.native), /no protocol/);
      one.peer.resume();
      await until(one.ended);

      const two = await accepted();
      const protocol = new LoggingProtocol();
      const task = getRunningLoop().createTask(() => getRunningLoop().connectAcceptedSocket(() => protocol, two.native));
      getRunningLoop().callSoon(() => task.cancel());
      await assert.rejects(async () => await task, { code: "CANCELLED" });
      two.peer.resume();
      await until(two.ended);
      assert.deepEqual(protocol.log, ["made", "lost"]);
    }));
});
