import {
  ConnectionError,
  createTask,
  Event,
  getRunningLoop,
  isCancelled,
  Protocol,
  SSLError,
  startServer,
  type StreamReader,
  type StreamWriter,
  timeout,
  TimeoutError,
  type Transport,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { randomFrom, runQuietly } from "./_support.ts";
import { asClient, clientContext, closeServer, leavingNothing, portOf, type Relay, relayTo, serverContext } from "./_tls_support.ts";

/** What is done to a connection on its way, once `at` bytes have passed in one direction. */
const FAULTS = ["change", "inject", "swallow", "end", "reset"] as const;
type Fault = typeof FAULTS[number];

/** How long a connection is waited for whose peer has lost the thread. */
const PATIENCE = 250;
const SENT = Uint8Array.from({ length: 20_000 }, (_, index) => index * 13 + (index >> 8));

/** Does something to what passes in one direction; nothing before `at` bytes have passed, and mostly nothing after. */
function harm(relay: Relay, fault: Fault, at: number): (chunk: Uint8Array) => Uint8Array | null {
  let passed = 0;
  return (chunk) => {
    const before = passed;
    passed += chunk.length;
    if (passed <= at) return chunk;
    if (fault === "swallow") return null;
    if (before > at) return chunk;
    if (fault === "end") relay.end();
    if (fault === "reset") relay.reset();
    if (fault === "end" || fault === "reset") return null;
    const harmed = new Uint8Array(chunk.length + (fault === "inject" ? 3 : 0));
    harmed.set(chunk);
    if (fault === "change") harmed[at - before]! ^= 1 << (at % 8);
    else harmed.set(chunk.subarray(at - before), at - before + 3);
    return harmed;
  };
}

/** A side that counts what it is told, and holds what it hears against what was sent. */
class Side extends Protocol {
  made = 0;
  lost = 0;
  heard = 0;
  error: Error | null = null;
  transport: Transport | null = null;
  readonly over = new Event();
  readonly echoes: boolean;

  constructor(echoes: boolean) {
    super();
    this.echoes = echoes;
  }

  override connectionMade(transport: Transport): void {
    this.made++;
    this.transport = transport;
    if (!this.echoes) transport.write(SENT);
  }

  override dataReceived(data: Uint8Array): void {
    assert.equal(this.lost, 0);
    assert.ok(data.every((byte, index) => byte === SENT[this.heard + index]), "something else was heard than was said");
    this.heard += data.length;
    if (this.echoes) this.transport!.write(data);
    else if (this.heard === SENT.length) this.transport!.close();
  }

  override connectionLost(error: Error | null): void {
    this.lost++;
    this.error = error;
    this.over.set();
  }

  /** Fails unless it was told everything as often as is right, and of no error but one of the network. */
  check(what: string): void {
    assert.ok(this.made <= 1, what);
    assert.equal(this.lost, this.made, what);
    assert.ok(isExpected(this.error), `${what}: ${this.error}`);
  }
}

function isExpected(error: unknown): boolean {
  return error === null || error instanceof SSLError || error instanceof ConnectionError || error instanceof TimeoutError;
}

/** One connection with one fault. Gives how much of what was sent came back. */
async function suffer(fault: Fault, direction: "toServer" | "toClient", at: number, patience = PATIENCE): Promise<number> {
  const loop = getRunningLoop();
  const server = new Side(true);
  const client = new Side(false);
  const timeouts = { sslHandshakeTimeout: patience, sslShutdownTimeout: patience };
  const listening = await loop.createServer(() => server, { host: "127.0.0.1", port: 0, ssl: serverContext(), ...timeouts });
  const relay = await relayTo(portOf(listening));
  relay[direction] = harm(relay, fault, at);
  const what = `${fault} ${direction} at ${at}`;
  try {
    await loop.createConnection(() => client, { host: "127.0.0.1", port: relay.port, ...asClient(), ...timeouts });
    await timeout(patience, () => client.over.wait()).catch((error) => {
      assert.ok(error instanceof TimeoutError);
      client.transport!.abort();
    });
  } catch (error) {
    assert.ok(isExpected(error), `${what}: ${error}`);
  }
  if (client.made > 0) await client.over.wait();
  await relay.close();
  listening.abortClients();
  await closeServer(listening);
  server.check(what);
  client.check(what);
  return client.heard;
}

describe("a connection by TLS that is disturbed", () => {
  for (const seed of [1, 2, 3]) {
    it(`ends once, in an error of the network or in order, and nothing false is heard (seed ${seed})`, () =>
      runQuietly(() =>
        leavingNothing(async () => {
          const random = randomFrom(seed);
          for (let round = 0; round < 12; round++) {
            const fault = FAULTS[Math.floor(random() * FAULTS.length)]!;
            const direction = random() < 0.5 ? "toServer" : "toClient";
            const at = Math.floor(random() ** 2 * 4000); // most of it in the handshake
            const heard = await suffer(fault, direction, at);
            assert.ok(heard <= SENT.length);
          }
        })
      ));
  }

  it("is whole when it is not", () =>
    runQuietly(async () => {
      assert.equal(await suffer("reset", "toClient", Infinity, 30_000), SENT.length);
    }));
});

/** Starts something through a relay, and cancels it once `at` bytes have gone to the client. Gives whether that was in time. */
async function cancelAfter(at: number, port: number, start: (port: number) => PromiseLike<Transport>): Promise<boolean> {
  const loop = getRunningLoop();
  const relay = await relayTo(port);
  const task = createTask(() => start(relay.port));
  let passed = 0;
  relay.toClient = (chunk) => {
    passed += chunk.length;
    if (passed > at) loop.callSoonThreadsafe(() => task.cancel());
    return chunk;
  };
  try {
    (await task).abort();
    return false;
  } catch (error) {
    assert.ok(isCancelled(error), String(error));
    return true;
  } finally {
    await relay.close();
  }
}

describe("a handshake that is cancelled at any point", () => {
  const POINTS = [0, 100, 500, 1000, 1200, 5000];

  it("leaves nothing: createConnection", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const loop = getRunningLoop();
        const sides: Side[] = [];
        const factory = () => {
          const side = new Side(true);
          sides.push(side);
          return side;
        };
        const listening = await loop.createServer(factory, { host: "127.0.0.1", port: 0, ssl: serverContext() });
        const cancelled: boolean[] = [];
        for (const at of POINTS) {
          const client = new Side(false);
          const connect = async (port: number) =>
            (await loop.createConnection(() => client, { host: "127.0.0.1", port, ...asClient() }))[0];
          cancelled.push(await cancelAfter(at, portOf(listening), connect));
          if (client.made > 0) await client.over.wait();
          client.check(`cancelled at ${at}`);
        }
        await closeServer(listening);
        for (const side of sides) side.check("the server's");
        assert.equal(cancelled[0], true);
        assert.equal(cancelled.at(-1), false);
      })
    ));

  it("leaves nothing: startTls of both sides", () =>
    runQuietly(() =>
      leavingNothing(async () => {
        const loop = getRunningLoop();
        const handler = async (_reader: StreamReader, writer: StreamWriter) => {
          await writer.startTls(serverContext()).catch((error) => assert.ok(isExpected(error), String(error)));
          await writer.waitClosed().catch((error) => assert.ok(isExpected(error), String(error)));
        };
        const listening = await startServer(handler, "127.0.0.1", 0);
        for (const at of POINTS) {
          const client = new Side(true);
          const upgrade = async (port: number) => {
            const [plain] = await loop.createConnection(() => client, { host: "127.0.0.1", port });
            return await loop.startTls(plain, client, clientContext(), { serverHostname: "localhost" });
          };
          await cancelAfter(at, portOf(listening), upgrade);
          await client.over.wait();
          client.check(`cancelled at ${at}`);
        }
        await closeServer(listening);
      })
    ));
});
