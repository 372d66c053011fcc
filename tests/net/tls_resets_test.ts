import { connect as connectByHost, createServer, type Socket } from "node:net";
import { readFileSync } from "node:fs";
import { connect as connectByTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { ConnectionError, getRunningLoop, openConnection, OSError, startServer, type Transport, until } from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { hostTurn, leavingNothingOpen, resetsLookLikeEnds, Witness } from "./_faults.ts";
import { runQuietly } from "./_support.ts";
import { asClient, certFile, closeServer, exchange, portOf, rawServer, relayTo, serverContext } from "./_tls_support.ts";

/** A connection by TLS between a protocol of ours and a peer by node:tls, whose TCP socket is at hand. */
interface Link {
  readonly ours: Witness;
  readonly transport: Transport;
  readonly peer: TLSSocket;
  readonly raw: Socket;
}

function link(role: "client" | "server"): Promise<Link> {
  return role === "client" ? linkAsClient() : linkAsServer();
}

async function linkAsClient(): Promise<Link> {
  const server = createTlsServer({ cert: readFileSync(certFile("localhost.pem")), key: readFileSync(certFile("localhost.key")) });
  const raw = new Promise<Socket>((resolve) => server.on("connection", resolve));
  const peer = new Promise<TLSSocket>((resolve) => server.on("secureConnection", resolve));
  await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const { port } = server.address() as { readonly port: number };
  const [transport, ours] = await getRunningLoop().createConnection(() => new Witness(), { host: "127.0.0.1", port, ...asClient() });
  const made = { ours, transport, peer: await until(peer), raw: await until(raw) };
  server.close();
  return quiet(made);
}

async function linkAsServer(): Promise<Link> {
  const ours = new Witness();
  const server = await getRunningLoop().createServer(() => ours, { host: "127.0.0.1", port: 0, ssl: serverContext() });
  const raw = connectByHost(portOf(server), "127.0.0.1");
  await until(new Promise<void>((resolve) => raw.on("connect", () => resolve())));
  const peer = connectByTls({ socket: raw, servername: "localhost", ca: readFileSync(certFile("ca.pem")) });
  await until(new Promise<void>((resolve) => peer.on("secureConnect", () => resolve())));
  while (ours.transport === null) await hostTurn();
  server.close();
  return quiet({ ours, transport: ours.transport, peer, raw });
}

/** What becomes of the peer is its own affair. */
function quiet(link: Link): Link {
  for (const socket of [link.peer, link.raw]) socket.on("error", () => {});
  return link;
}

/** Bytes enough to fill what the two systems hold of a connection. */
const MUCH = new Uint8Array(16 * 1024 * 1024);

/** What happens to a connection before the peer resets it. */
interface Point {
  readonly when: string;
  readonly before: (link: Link) => PromiseLike<unknown> | void;
  /** What is done after the reset, where it would not be noticed otherwise. */
  readonly after?: (link: Link) => PromiseLike<unknown> | void;
  /** The log up to the loss. */
  readonly log: RegExp;
}

/** A server by TLS 1.3 sends a session after the handshake, which may still be unread. */
const SILENCE = resetsLookLikeEnds ? /^made( eof)? lost$/ : /^made lost$/;

const POINTS: readonly Point[] = [
  { when: "nothing was said", before: () => {}, log: SILENCE },
  {
    when: "it has said something",
    async before({ ours, peer }) {
      const came = ours.next();
      peer.write("hello");
      await until(came);
    },
    log: /^made data lost$/,
  },
  { when: "it is about to be told something", before: ({ transport }) => void transport.write("hello"), log: SILENCE },
  {
    when: "reading is paused",
    before: ({ transport }) => transport.pauseReading(),
    async after({ ours, transport }) {
      for (let turn = 0; turn < 50; turn++) await hostTurn();
      if (!ours.log.includes("lost")) transport.resumeReading();
    },
    log: SILENCE,
  },
  {
    when: "the transport is full",
    before({ ours, transport, peer, raw }) {
      peer.pause();
      raw.pause();
      transport.write(MUCH);
      assert.deepEqual(ours.log, ["made", "full"]);
    },
    log: /^made full lost$/,
  },
  {
    when: "it is being closed, with much to send",
    before({ transport, peer, raw }) {
      peer.pause();
      raw.pause();
      transport.write(MUCH);
      transport.close();
    },
    log: /^made full lost$/,
  },
];

for (const role of ["client", "server"] as const) {
  describe(`a connection by TLS that the peer resets, this side being the ${role}`, () => {
    for (const point of POINTS) {
      it(`when ${point.when}`, () =>
        runQuietly(() =>
          leavingNothingOpen(async () => {
            const connection = await link(role);
            const { ours, transport, raw, peer } = connection;
            await point.before(connection);
            raw.resetAndDestroy();
            await point.after?.(connection);
            await until(ours.lost);
            peer.destroy();
            assert.match(ours.log.join(" "), point.log);
            if (!ours.log.includes("eof")) assert.ok(ours.error instanceof ConnectionError, `lost with ${ours.error}`);
            assert.equal(transport.getWriteBufferSize(), 0);
            assert.ok(transport.isClosing());
            transport.close();
            transport.abort();
          })
        ));
    }
  });
}

describe("a handshake during which the peer resets", () => {
  /** What an attempt to connect there fails with. */
  async function failsAt(port: number): Promise<void> {
    await assert.rejects(async () => await openConnection("127.0.0.1", port, asClient()), (error) => error instanceof OSError);
  }

  it("is an error of the client, when it is accepted and when its hello has come", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const hasty = createServer((socket) => void socket.resetAndDestroy());
        await until(new Promise<void>((resolve) => hasty.listen(0, "127.0.0.1", resolve)));
        for (let i = 0; i < 10; i++) await failsAt((hasty.address() as { readonly port: number }).port);
        await until(new Promise<void>((resolve) => hasty.close(() => resolve())));
        const curt = await rawServer((_chunk, socket) => void (socket as Socket).resetAndDestroy());
        for (let i = 0; i < 10; i++) await failsAt(curt.port);
        await curt.close();
      })
    ));

  it("is nothing to a server, whichever message was the last, and it serves others", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        let handled = 0;
        const server = await startServer(
          async (reader, writer) => {
            handled++;
            writer.write(await reader.readLine());
            writer.close();
          },
          "127.0.0.1",
          0,
          { ssl: serverContext() },
        );
        for (const direction of ["toServer", "toClient"] as const) {
          const relay = await relayTo(portOf(server));
          relay[direction] = () => {
            relay.reset();
            return null;
          };
          await failsAt(relay.port);
          await relay.close();
        }
        for (const part of [new Uint8Array(0), Uint8Array.of(22), Uint8Array.of(22, 3, 1, 0, 200, 1, 0, 0)]) {
          const socket = connectByHost(portOf(server), "127.0.0.1").on("error", () => {});
          await until(new Promise<void>((resolve) => socket.on("connect", () => resolve())));
          if (part.length > 0) await until(new Promise<void>((resolve) => socket.write(part, () => resolve())));
          const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
          socket.resetAndDestroy();
          await until(closed);
        }
        assert.equal(handled, 0);
        await exchange(portOf(server), asClient());
        assert.equal(handled, 1);
        await closeServer(server);
      })
    ));
});
