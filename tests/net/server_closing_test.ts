import { connect as connectByHost, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import {
  createTask,
  type ExceptionContext,
  getRunningLoop,
  isCancelled,
  type Server,
  type ServerOptions,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Transport,
  until,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { hostTurn, leavingNothingOpen, Witness } from "./_faults.ts";
import { runQuietly, runReported } from "./_support.ts";
import { serverContext } from "./_tls_support.ts";

const MUCH = new Uint8Array(16 * 1024 * 1024);

/** A connection of a server, with a peer that may do as it likes. */
interface Client {
  readonly server: Server;
  readonly ours: Witness;
  readonly transport: Transport;
  readonly socket: Socket;
}

/** In which state a connection is when its server is closed. */
interface State {
  readonly which: string;
  readonly prepare?: (client: Client) => PromiseLike<unknown> | void;
  readonly make?: () => Witness;
  readonly options?: () => Partial<ServerOptions>;
  /** The peer takes nothing, so that only an abort ends it. */
  readonly stuck?: boolean;
  /** What is reported. */
  readonly reports?: readonly string[];
}

class RaisesAtFirst extends Witness {
  override connectionMade(transport: Transport): void {
    super.connectionMade(transport);
    throw new Error("spoilt");
  }
}

class RaisesAtLast extends Witness {
  override connectionLost(error: Error | null): void {
    super.connectionLost(error);
    throw new Error("spoilt");
  }
}

const STATES: readonly State[] = [
  { which: "is idle" },
  { which: "has paused reading, with data unread", prepare: hold },
  { which: "has much to send to a peer that reads", prepare: ({ transport }) => transport.write(MUCH) },
  {
    which: "has much to send to a peer that does not read",
    stuck: true,
    prepare({ transport, socket }) {
      socket.pause();
      transport.write(MUCH);
    },
  },
  {
    which: "is being closed, with much to send to a peer that does not read",
    stuck: true,
    prepare({ transport, socket }) {
      socket.pause();
      transport.write(MUCH);
      transport.close();
    },
  },
  {
    which: "was ended by the peer",
    async prepare({ ours, socket }) {
      const came = ours.next();
      socket.end();
      await until(came);
    },
  },
  {
    which: "was ended by this side",
    async prepare({ transport, socket }) {
      transport.writeEof();
      await until(new Promise<void>((resolve) => socket.on("end", resolve)));
    },
  },
  {
    which: "was ended by both",
    async prepare({ ours, transport, socket }) {
      const came = ours.next();
      transport.writeEof();
      socket.end();
      await until(came);
    },
  },
  {
    which: "has been reset while reading was paused",
    async prepare(client) {
      await hold(client);
      client.socket.resetAndDestroy();
      await until(new Promise<void>((resolve) => client.socket.on("close", () => resolve())));
    },
  },
  { which: "has another protocol", prepare: ({ transport }) => transport.setProtocol({}) },
  { which: "is closing already", prepare: ({ transport }) => transport.close() },
  {
    which: "sends a file",
    stuck: true,
    async prepare({ ours, transport, socket }) {
      socket.pause();
      transport.write(MUCH);
      const sending = createTask(() => getRunningLoop().sendfile(transport, fileURLToPath(import.meta.url)));
      sending.addDoneCallback(() => void sending.exception());
      while (transport.getProtocol() === ours) await hostTurn();
    },
  },
  {
    which: "has a protocol that fails in connectionMade",
    make: () => new RaisesAtFirst(),
    reports: ["Exception in callback"],
  },
  {
    which: "has a protocol that fails in connectionLost",
    make: () => new RaisesAtLast(),
    reports: ["Exception in callback"],
  },
];

async function hold({ transport, socket }: Client): Promise<void> {
  transport.pauseReading();
  await until(new Promise<void>((resolve) => socket.write("unread", () => resolve())));
}

/** A server with one client in the state; then `end`, and what was reported. */
async function inState(state: State, end: (client: Client) => PromiseLike<void>): Promise<readonly ExceptionContext[]> {
  const { reports } = await runReported(() =>
    leavingNothingOpen(async () => {
      let tell: (witness: Witness) => void = () => {};
      const made = new Promise<Witness>((resolve) => tell = resolve);
      const factory = () => {
        const witness = state.make?.() ?? new Witness();
        tell(witness);
        return witness;
      };
      const server = await getRunningLoop().createServer(factory, { host: "127.0.0.1", port: 0, ...state.options?.() });
      const socket = connectByHost({ host: "127.0.0.1", port: server.sockets[0]!.address.port, allowHalfOpen: true });
      const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
      socket.on("error", () => {});
      socket.resume();
      socket.on("end", () => void socket.end());
      const ours = await until(made);
      while (ours.transport === null) await sleep(0);
      const client = { server, ours, transport: ours.transport, socket };
      await state.prepare?.(client);
      await end(client);
      socket.destroy();
      await until(closed);
    })
  );
  return reports;
}

describe("waitClosed returns, and nothing is left open, when a connection", () => {
  for (const state of STATES) {
    for (const how of ["abortClients", "closeClients"] as const) {
      if (how === "closeClients" && state.stuck) continue;
      it(`${state.which} and ${how} is called`, async () => {
        const reports = await inState(state, async ({ server }) => {
          const waiting = createTask(() => server.waitClosed());
          server.close();
          server[how]();
          await waiting;
          await server.waitClosed();
        });
        assert.deepEqual(reports.map(({ message }) => message.slice(0, 21)), state.reports ?? []);
      });
    }
    if (!state.stuck) continue;
    it(`${state.which}, and closeClients that cannot end is followed by abortClients`, async () => {
      await inState(state, async ({ server }) => {
        const waiting = createTask(() => server.waitClosed());
        server.close();
        server.closeClients();
        for (let i = 0; i < 20; i++) await hostTurn();
        assert.equal(waiting.done(), false);
        server.abortClients();
        await waiting;
      });
    });

    it(`${state.which}, and the wait in serveForever is given up by a second cancellation`, async () => {
      await inState(state, async ({ server }) => {
        const forever = createTask(() => server.serveForever());
        await sleep(0);
        forever.cancel();
        for (let i = 0; i < 20; i++) await hostTurn();
        assert.equal(forever.done(), false, "it waits for the connection");
        forever.cancel();
        await assert.rejects(async () => await forever, isCancelled);
        server.abortClients();
        await server.waitClosed();
      });
    });
  }
});

describe("a server that is closed", () => {
  for (const how of ["abortClients", "closeClients"] as const) {
    it(`ends, by ${how}, a client that says nothing to a TLS port`, () =>
      runQuietly(() =>
        leavingNothingOpen(async () => {
          const server = await startServer(() => {}, "127.0.0.1", 0, { ssl: serverContext() });
          const socket = connectByHost(server.sockets[0]!.address.port, "127.0.0.1").on("error", () => {}).resume();
          const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
          while (getRunningLoop()._open.size < 3) await hostTurn(); // the server, the socket and its TLS
          server.close();
          server[how]();
          await server.waitClosed();
          await until(closed);
        })
      ));
  }

  it("closes connections that it never served", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        const server = await getRunningLoop().createServer(() => new Witness(), { host: "127.0.0.1", port: 0, startServing: false });
        const socket = connectByHost(server.sockets[0]!.address.port, "127.0.0.1").on("error", () => {}).resume();
        const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
        await until(new Promise<void>((resolve) => socket.on("connect", resolve)));
        server.close();
        await server.waitClosed();
        await until(closed);
      })
    ));

  it("in the same turn in which a client comes, serves it or closes it, and is rid of it", () =>
    runQuietly(() =>
      leavingNothingOpen(async () => {
        for (let turns = 0; turns < 40; turns++) {
          const server = await startServer(
            function* (reader: StreamReader, writer: StreamWriter) {
              yield* reader.read();
              writer.close();
            },
            "127.0.0.1",
            0,
          );
          const socket = connectByHost(server.sockets[0]!.address.port, "127.0.0.1").on("error", () => {}).resume();
          const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
          for (let i = 0; i < turns; i++) await (i % 2 === 0 ? hostTurn() : sleep(0));
          server.close();
          server.closeClients();
          await server.waitClosed();
          if (turns % 2 === 0) socket.end();
          else socket.destroy();
          await until(closed);
        }
      })
    ));
});
