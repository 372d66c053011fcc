import { connect as connectByHost, createServer as createServerByHost } from "node:net";
import {
  ConnectionError,
  createTask,
  getRunningLoop,
  isCancelled,
  openConnection,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  timeout,
  TimeoutError,
  until,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { startProgram } from "../_kit/program.ts";
import { hostTurn, leavingNothingOpen, type Link, link, resetsLookLikeEnds, Witness, writeUntilStuck } from "./_faults.ts";
import { runQuietly } from "./_support.ts";

/** Bytes enough to fill what the two systems hold of a connection. */
const MUCH = new Uint8Array(16 * 1024 * 1024);

/** The first write may still be taken by the system, and then tells of the reset. */
async function writeUntilLost({ ours, transport }: Link): Promise<void> {
  for (let writes = 0; writes < 1000 && !ours.log.includes("lost"); writes++) {
    transport.write("x");
    await hostTurn();
  }
}

/** What happens to a connection before the peer resets it. */
interface Point {
  readonly when: string;
  /** Brings the connection to that point. */
  readonly before: (link: Link) => PromiseLike<unknown> | void;
  /** What is done after the reset, where it would not be noticed otherwise. */
  readonly after?: (link: Link) => PromiseLike<unknown> | void;
  /** The log up to the loss; data and the end that arrive before the reset may be lost with it. */
  readonly log: RegExp;
}

const POINTS: readonly Point[] = [
  { when: "nothing was said", before: () => {}, log: /^made lost$/ },
  {
    when: "it has said something",
    async before({ ours, peer }) {
      const came = ours.next();
      peer.socket.write("hello");
      await until(came);
    },
    log: /^made data lost$/,
  },
  {
    when: "it was told something that it has not read",
    before({ transport, peer }) {
      peer.socket.pause();
      transport.write("hello");
    },
    log: /^made lost$/,
  },
  { when: "it is about to be told something", before: ({ transport }) => void transport.write("hello"), log: /^made lost$/ },
  {
    when: "reading is paused",
    async before({ transport, peer }) {
      transport.pauseReading();
      await until(new Promise<void>((resolve) => peer.socket.write("unread", () => resolve())));
    },
    async after(link) {
      await sleep(0);
      assert.deepEqual(link.ours.log, ["made"]);
      link.transport.resumeReading();
      if (resetsLookLikeEnds) await writeUntilLost(link);
    },
    log: /^made( data)?( eof)? lost$/,
  },
  {
    when: "reading is paused, and something is written afterwards",
    before: ({ transport }) => transport.pauseReading(),
    async after(link) {
      await until(link.peer.closed);
      await writeUntilLost(link);
    },
    log: /^made lost$/,
  },
  {
    when: "the transport is full",
    async before({ ours, transport, peer }) {
      peer.socket.pause();
      transport.write(MUCH);
      assert.deepEqual(ours.log, ["made", "full"]);
    },
    log: /^made full lost$/,
  },
  {
    when: "it is being closed, with much to send",
    async before({ transport, peer }) {
      peer.socket.pause();
      transport.write(MUCH);
      transport.close();
    },
    log: /^made full lost$/,
  },
  {
    when: "this side has ended",
    async before({ transport, peer }) {
      transport.writeEof();
      await until(peer.ended);
    },
    log: /^made lost$/,
  },
  {
    when: "it has ended",
    async before({ ours, peer }) {
      const came = ours.next();
      peer.socket.end();
      await until(came);
    },
    // Nobody reads on after the end: the loss is seen by the one who writes.
    async after(link) {
      await until(link.peer.closed);
      await writeUntilLost(link);
    },
    log: /^made eof lost$/,
  },
];

for (const role of ["client", "server"] as const) {
  describe(`a connection that the peer resets, this side being the ${role}`, () => {
    for (const point of POINTS) {
      it(`when ${point.when}`, () =>
        runQuietly(() =>
          leavingNothingOpen(async () => {
            const connection = await link(role);
            const { ours, transport, peer } = connection;
            await point.before(connection);
            peer.socket.resetAndDestroy();
            await point.after?.(connection);
            await until(ours.lost);
            await until(peer.closed);
            await sleep(0);
            assert.match(ours.log.join(" "), point.log);
            assert.ok(ours.error instanceof ConnectionError, `lost with ${ours.error}`);
            assert.equal(transport.getWriteBufferSize(), 0);
            assert.ok(transport.isClosing());
            transport.writeEof();
            transport.close();
            transport.abort();
          })
        ));
    }
  });
}

describe("peers that reset before they are served", () => {
  it("do not disturb those who come after", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const witnesses: Witness[] = [];
        const make = () => {
          witnesses.push(new Witness());
          return witnesses.at(-1)!;
        };
        const server = await getRunningLoop().createServer(make, { host: "127.0.0.1", port: 0, startServing: false });
        const { port } = server.sockets[0]!.address;
        for (let i = 0; i < 20; i++) {
          const socket = connectByHost(port, "127.0.0.1").on("error", () => {});
          await until(new Promise<void>((resolve) => socket.on("connect", resolve)));
          socket.resetAndDestroy();
          await until(new Promise<void>((resolve) => socket.on("close", () => resolve())));
        }
        await server.startServing();
        const [reader, writer] = await openConnection("127.0.0.1", port);
        while (witnesses.at(-1)?.transport?.getExtraInfo("peername") === null) await hostTurn();
        writer.write("hello");
        while (witnesses.every(({ received }) => received === 0)) await hostTurn();
        writer.close();
        await writer.waitClosed();
        server.close();
        server.closeClients();
        await server.waitClosed();
        assert.equal((await reader.read()).length, 0);
        for (const { log } of witnesses.slice(0, -1)) assert.match(log.join(" "), /^(made( eof)? lost)$/);
      })
    ));
});

describe("half-open connections", () => {
  for (const role of ["client", "server"] as const) {
    it(`a peer that has ended still hears 4 MB, this side being the ${role}`, () =>
      runQuietly(() =>
        leavingNothingOpen(async () => {
          const { ours, transport, peer } = await link(role);
          const came = ours.next();
          peer.socket.end();
          await until(came);
          transport.write(new Uint8Array(4_000_000));
          transport.close();
          await until(peer.ended);
          assert.equal(peer.received().length, 4_000_000);
          await until(ours.lost);
          assert.match(ours.log.join(" "), /^made eof( full)? lost$/); // a system may take all of it at once
          assert.equal(ours.error, null);
        })
      ));

    it(`this side has ended and still hears 2 MB of the peer, being the ${role}`, () =>
      runQuietly(() =>
        leavingNothingOpen(async () => {
          const { ours, transport, peer } = await link(role);
          ours.keepOpen = false;
          transport.writeEof();
          await until(peer.ended);
          peer.socket.end(new Uint8Array(2_000_000)); // Deno's node:net fails to write to a peer that has ended more than the system takes at once
          await until(ours.lost);
          assert.equal(ours.received, 2_000_000);
          assert.deepEqual([ours.log.join(" "), ours.error], ["made data eof lost", null]);
        })
      ));

    it(`both may end at the same time, this side being the ${role}`, () =>
      runQuietly(() =>
        leavingNothingOpen(async () => {
          const { ours, transport, peer } = await link(role);
          transport.writeEof();
          peer.socket.end();
          await until(peer.ended);
          while (!ours.log.includes("eof")) await hostTurn();
          transport.close();
          await until(ours.lost);
          assert.equal(ours.error, null);
        })
      ));
  }

  it("a server whose handler forgets the connection is rid of it by abortClients, and waitClosed returns", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const server = await startServer(() => {}, "127.0.0.1", 0);
        const [reader, writer] = await openConnection("127.0.0.1", server.sockets[0]!.address.port);
        writer.close();
        await writer.waitClosed();
        server.close();
        const waiting = createTask(() => server.waitClosed());
        for (let i = 0; i < 20; i++) await hostTurn();
        assert.equal(waiting.done(), false);
        server.abortClients();
        await waiting;
        assert.ok(reader.atEof());
      })
    ));
});

/** A server in another process that never accepts; the connections that the system makes for it never get an answer. */
async function beside<T>(body: (port: number) => Promise<T>): Promise<T> {
  const probe = await startServer(() => {}, "127.0.0.1", 0);
  const { port } = probe.sockets[0]!.address;
  probe.close();
  await probe.waitClosed();
  const deaf = startProgram(new URL("../adapters/programs/deaf_listener.ts", import.meta.url), { args: [String(port)] });
  try {
    await until(deaf.waitFor("deaf"));
    return await body(port);
  } finally {
    deaf.kill("SIGKILL");
    await until(deaf.ended);
  }
}

describe("peers that say nothing", () => {
  it("a reader that never reads holds the writer back, who may time out, be cancelled and abort", () =>
    runQuietly(() =>
      beside((port) =>
        leavingNothingOpen(async () => {
          const [, writer] = await openConnection("127.0.0.1", port);
          await writeUntilStuck(writer, new Uint8Array(65536));
          await assert.rejects(async () => await timeout(20, () => writer.drain()), TimeoutError);
          const drain = createTask(() => writer.drain());
          await sleep(0);
          drain.cancel();
          await assert.rejects(async () => await drain, isCancelled);
          writer.close();
          const closing = createTask(() => writer.waitClosed());
          for (let i = 0; i < 20; i++) await hostTurn();
          assert.equal(closing.done(), false, "there is something to send");
          writer.transport.abort();
          await closing;
        })
      )
    ));

  it("attempts to connect to a full backlog time out, and leave nothing open", () =>
    runQuietly(() =>
      beside((port) =>
        leavingNothingOpen(async () => {
          const open: StreamWriter[] = [];
          let timeouts = 0;
          while (timeouts < 3) {
            assert.ok(open.length < 2000, "the backlog never fills"); // Bun's holds 512
            try {
              const [, writer] = await timeout(200, () => openConnection("127.0.0.1", port));
              open.push(writer);
            } catch (error) {
              if (!(error instanceof TimeoutError)) throw error;
              timeouts++;
            }
          }
          for (const writer of open) {
            writer.close();
            await writer.waitClosed();
          }
        })
      )
    ));
});

describe("attempts to connect", () => {
  it("to a server that resets at once fail, or make a connection that is lost, and leave nothing open", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const server = createServerByHost((socket) => void socket.resetAndDestroy());
        await until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
        const { port } = server.address() as { readonly port: number };
        const visit = async (): Promise<void> => {
          const [reader, writer] = await openConnection("127.0.0.1", port);
          const read = await reader.read().catch((error) => error);
          assert.ok(read instanceof ConnectionError || (resetsLookLikeEnds && read.length === 0), String(read));
          writer.close();
          await writer.waitClosed().catch((error) => assert.ok(error instanceof ConnectionError));
        };
        const visits = Array.from({ length: 50 }, () => createTask(visit));
        for (const one of visits) await one.catch((error) => assert.ok(error instanceof ConnectionError, String(error)));
        await until(new Promise<void>((resolve) => server.close(() => resolve())));
      })
    ));

  it("that are refused, 100 at once, leave nothing open", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const probe = await startServer(() => {}, "127.0.0.1", 0);
        const { port } = probe.sockets[0]!.address;
        probe.close();
        await probe.waitClosed();
        const attempts = Array.from({ length: 100 }, () => createTask(() => openConnection("127.0.0.1", port)));
        for (const attempt of attempts) await assert.rejects(async () => await attempt, { code: "ECONNREFUSED", port });
      })
    ));

  it("that are cancelled in whatever turn, leave nothing open", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const server = await startServer(
          function* (reader: StreamReader, writer: StreamWriter) {
            yield* reader.read();
            writer.close();
          },
          "127.0.0.1",
          0,
        );
        const { port } = server.sockets[0]!.address;
        let made = 0;
        for (let turns = 0; made < 3 && turns < 500; turns++) {
          const task = createTask(() => openConnection("127.0.0.1", port));
          for (let i = 0; i < turns; i++) await (i % 2 === 0 ? hostTurn() : sleep(0));
          if (task.cancel()) await assert.rejects(async () => await task, isCancelled);
          else {
            const [, writer] = task.result();
            writer.close();
            await writer.waitClosed();
            made++;
          }
        }
        assert.equal(made, 3);
        server.close();
        await server.waitClosed();
      })
    ));
});
