import { createServer } from "node:net";
import {
  AddressInfoError,
  ConnectionRefusedError,
  createTask,
  getRunningLoop,
  type InetAddress,
  isCancelled,
  openConnection,
  OSError,
  PermissionError,
  Protocol,
  run,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  UnsupportedOperationError,
  until,
} from "../../mod.ts";
import { familyOf } from "../../src/net/ip_address.ts";
import type { ResolvedAddress } from "../../src/runtime/net_driver.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { LoggingProtocol, runQuietly, runtimeWith, TestNet, TestSocket } from "./_support.ts";

const TWO: readonly ResolvedAddress[] = [{ address: "::1", family: "IPv6" }, { address: "127.0.0.1", family: "IPv4" }];

/** A connection to a name, over a test network. */
function withNet<T>(main: (net: TestNet) => Promise<T>): Promise<T> {
  const net = new TestNet();
  return runQuietly(() => main(net), { runtime: runtimeWith(net) });
}

function connect(host = "example.test", protocol = new LoggingProtocol()) {
  return createTask(() => getRunningLoop().createConnection(() => protocol, { host, port: 80 }));
}

function refused(message: string): ConnectionRefusedError {
  return new ConnectionRefusedError(message, { code: "ECONNREFUSED" });
}

describe("createConnection", () => {
  it("gives the transport and the protocol once connectionMade was called", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const peer = new LoggingProtocol();
      const server = await loop.createServer(() => peer, { host: "127.0.0.1", port: 0 });
      const { address } = server.sockets[0]!;
      const [transport, protocol] = await loop.createConnection(() => new LoggingProtocol(), { host: address.host, port: address.port });
      assert.deepEqual(protocol.log, ["made"]);
      assert.equal(protocol.transport, transport);
      const peername = transport.getExtraInfo("peername") as InetAddress;
      assert.deepEqual([peername.host, peername.port], ["127.0.0.1", address.port]);
      assert.ok(transport.getExtraInfo("socket") !== undefined);
      server.close();
      transport.close();
      await server.waitClosed();
      assert.deepEqual(peer.log, ["made", "eof", "lost"]);
      assert.deepEqual(protocol.log, ["made", "lost"]);
    }));

  it("looks a name up, and tries its addresses in turn", () =>
    withNet(async (net) => {
      const task = connect();
      const lookup = await net.asked(net.lookups, 1);
      assert.equal(lookup.options, "example.test");
      lookup.outcome(null, [...TWO, TWO[1]!]);
      const first = await net.asked(net.connects, 1);
      assert.deepEqual(first.options, { host: "::1", port: 80, family: "IPv6" });
      first.outcome(refused("one"), null);
      const second = await net.asked(net.connects, 2);
      assert.deepEqual(second.options, { host: "127.0.0.1", port: 80, family: "IPv4" });
      second.outcome(null, new TestSocket());
      const [transport] = await task;
      assert.equal(net.connects.length, 2);
      transport.abort();
      await sleep(0);
    }));

  it("does not look an address up", () =>
    withNet(async (net) => {
      const task = connect("::1");
      (await net.asked(net.connects, 1)).outcome(refused("no"), null);
      await assert.rejects(() => task, { name: "ConnectionRefusedError", message: "no" });
      assert.equal(net.lookups.length, 0);
    }));

  it("throws one error that tells all, when the addresses failed for different reasons", () =>
    withNet(async (net) => {
      const task = connect();
      (await net.asked(net.lookups, 1)).outcome(null, TWO);
      (await net.asked(net.connects, 1)).outcome(refused("one refused"), null);
      (await net.asked(net.connects, 2)).outcome(refused("two refused"), null);
      const error = await failureOf(task);
      assert.ok(error instanceof OSError);
      assert.equal(error.message, "Multiple exceptions: one refused, two refused");
      assert.equal(error.code, "ECONNREFUSED");
      assert.deepEqual((error.cause as AggregateError).errors.map(String), [
        "ConnectionRefusedError: one refused",
        "ConnectionRefusedError: two refused",
      ]);
    }));

  it("throws the first error when all say the same", () =>
    withNet(async (net) => {
      const task = connect();
      (await net.asked(net.lookups, 1)).outcome(null, TWO);
      const error = refused("the same");
      (await net.asked(net.connects, 1)).outcome(error, null);
      (await net.asked(net.connects, 2)).outcome(refused("the same"), null);
      assert.equal(await failureOf(task), error);
    }));

  it("throws the error of a name that cannot be resolved, or that has no addresses", () =>
    withNet(async (net) => {
      const unknown = connect();
      (await net.asked(net.lookups, 1)).outcome(new AddressInfoError("not known"), null);
      assert.equal(String(await failureOf(unknown)), "AddressInfoError: not known");
      const empty = connect();
      (await net.asked(net.lookups, 2)).outcome(null, []);
      assert.match(String(await failureOf(empty)), /empty list/);
    }));

  it("throws what the driver throws at the call", () =>
    withNet(async (net) => {
      const denied = new PermissionError("denied");
      net.connect = () => {
        throw denied;
      };
      assert.equal(await failureOf(connect("127.0.0.1")), denied);
    }));

  it("refuses a family that the address is not of", () =>
    withNet(async () => {
      const loop = getRunningLoop();
      for (const [host, family] of [["127.0.0.1", "IPv6"], ["::1", "IPv4"]] as const) {
        const task = createTask(() => loop.createConnection(() => new Protocol(), { host, port: 1, family }));
        assert.ok(await failureOf(task) instanceof AddressInfoError);
      }
    }));

  it("passes a local address of the peer's family on, and refuses when there is none", () =>
    withNet(async (net) => {
      const loop = getRunningLoop();
      const from = (host: string, port?: number) => {
        const localAddr = port === undefined ? { host } : { host, port };
        return createTask(() => loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port: 1, localAddr }));
      };
      const task = from("127.0.0.2", 99);
      const question = await net.asked(net.connects, 1);
      assert.deepEqual(question.options, { host: "127.0.0.1", port: 1, family: "IPv4", localAddress: "127.0.0.2", localPort: 99 });
      question.outcome(refused("no"), null);
      await failureOf(task);
      assert.match(String(await failureOf(from("::1"))), /no matching local address/);
    }));

  it("closes the socket when the protocol factory throws", () =>
    withNet(async (net) => {
      const loop = getRunningLoop();
      const task = createTask(() =>
        loop.createConnection(() => {
          throw new SyntaxError("factory");
        }, { host: "127.0.0.1", port: 1 })
      );
      const socket = new TestSocket();
      (await net.asked(net.connects, 1)).outcome(null, socket);
      assert.equal(String(await failureOf(task)), "SyntaxError: factory");
      assert.equal(socket.closed, true);
    }));

  it("is refused on a runtime without a network", async () => {
    await run(async () => {
      const loop = getRunningLoop();
      assert.ok(await failureOf(connect("127.0.0.1")) instanceof UnsupportedOperationError);
      assert.ok(await failureOf(createTask(() => openConnection("127.0.0.1", 1))) instanceof UnsupportedOperationError);
      const server = createTask(() => loop.createServer(() => new Protocol(), { port: 0 }));
      assert.match(String(await failureOf(server)), /has no network/);
    }, { runtime: runtimeWith(undefined) });
  });

  it("refuses bad arguments at the call", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const good = { host: "127.0.0.1", port: 1 };
      const call = (options: unknown) => () => void loop.createConnection(() => new Protocol(), options as typeof good);
      assert.throws(() => void loop.createConnection(null as unknown as () => Protocol, good), TypeError);
      for (const port of ["80", null, undefined, {}]) assert.throws(call({ ...good, port }), TypeError);
      for (const port of [-1, 65536, 1.5, NaN]) assert.throws(call({ ...good, port }), RangeError);
      for (const host of [null, undefined, 7]) assert.throws(call({ ...good, host }), TypeError);
      assert.throws(call({ ...good, host: "" }), RangeError);
      assert.throws(call({ ...good, family: "IPv5" }), RangeError);
      assert.throws(call({ ...good, localAddr: { host: "127.0.0.1", port: 70000 } }), RangeError);
      assert.throws(() => void openConnection("127.0.0.1", 70000), RangeError);
      assert.throws(() => void openConnection("127.0.0.1", 1, { limit: 0 }), RangeError);
      await sleep(0);
    }));
});

describe("createConnection, cancelled", () => {
  it("while a name is looked up, abandons that", () =>
    withNet(async (net) => {
      const task = connect();
      const lookup = await net.asked(net.lookups, 1);
      task.cancel();
      assert.ok(isCancelled(await failureOf(task)));
      assert.equal(lookup.abandoned, true);
      assert.equal(net.connects.length, 0);
    }));

  it("while it connects, abandons that and tries no other address", () =>
    withNet(async (net) => {
      const task = connect();
      (await net.asked(net.lookups, 1)).outcome(null, TWO);
      const question = await net.asked(net.connects, 1);
      task.cancel();
      assert.ok(isCancelled(await failureOf(task)));
      assert.equal(question.abandoned, true);
      assert.equal(net.connects.length, 1);
    }));

  it("closes a socket that comes in the same moment, whichever is first", () =>
    withNet(async (net) => {
      for (const [index, cancelFirst] of [true, false].entries()) {
        const task = connect("127.0.0.1");
        const question = await net.asked(net.connects, index + 1);
        const socket = new TestSocket();
        if (cancelFirst) task.cancel();
        question.outcome(null, socket);
        if (!cancelFirst) task.cancel();
        assert.ok(isCancelled(await failureOf(task)));
        await sleep(0);
        assert.equal(socket.closed, true);
      }
    }));

  it("at any of its turns leaves no socket open", () =>
    withNet(async (net) => {
      let done = false;
      for (let wait = 0; !done; wait++) {
        const protocol = new LoggingProtocol();
        const task = connect("127.0.0.1", protocol);
        const question = await net.asked(net.connects, wait + 1);
        const socket = new TestSocket();
        question.outcome(null, socket);
        for (let i = 0; i < wait; i++) await sleep(0);
        done = !task.cancel();
        if (done) (await task)[0].abort();
        else assert.ok(isCancelled(await failureOf(task)));
        await sleep(0);
        await sleep(0);
        assert.equal(socket.closed, true, `cancelled after ${wait} turns`);
        assert.ok(["", "made,lost"].includes(protocol.log.join()), protocol.log.join());
        assert.ok(wait < 20);
      }
    }));
});

describe("connections of the real network", () => {
  it("are refused where nobody listens, by either function", () =>
    runQuietly(async () => {
      const port = await freePort();
      const loop = getRunningLoop();
      const protocol = new LoggingProtocol();
      for (
        const call of [() => loop.createConnection(() => protocol, { host: "127.0.0.1", port }), () => openConnection("127.0.0.1", port)]
      ) {
        const error = await failureOf(createTask(call as () => PromiseLike<unknown>));
        assert.ok(error instanceof ConnectionRefusedError, String(error));
        assert.equal(error.code, "ECONNREFUSED");
        assert.ok(error.cause !== undefined);
      }
      assert.deepEqual(protocol.log, []);
    }));

  it("can be made to a name", () =>
    runQuietly(async () => {
      const server = await startServer(say("hello"), "localhost", 0);
      const [reader, writer] = await openConnection("localhost", server.sockets[0]!.address.port);
      assert.equal(new TextDecoder().decode(await reader.read()), "hello");
      writer.close();
      server.close();
      await server.waitClosed();
    }));

  it("can be made from a local address", () =>
    runQuietly(async () => {
      const peers: unknown[] = [];
      const server = await startServer(
        (_reader: StreamReader, writer: StreamWriter) => {
          peers.push((writer.getExtraInfo("peername") as InetAddress).host);
          writer.close();
        },
        "127.0.0.1",
        0,
      );
      const { port } = server.sockets[0]!.address;
      const [reader, writer] = await openConnection("127.0.0.1", port, { localAddr: { host: "127.0.0.1" } });
      await reader.read();
      assert.deepEqual(peers, ["127.0.0.1"]);
      writer.close();
      server.close();
      await server.waitClosed();
    }));
});

describe("addresses", () => {
  it("are told from names", () => {
    for (const host of ["0.0.0.0", "127.0.0.1", "255.255.255.255"]) assert.equal(familyOf(host), "IPv4", host);
    for (const host of ["::", "::1", "1::", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "::ffff:127.0.0.1", "1:2:3:4:5:6:1.2.3.4", "2001:DB8::a"]) {
      assert.equal(familyOf(host), "IPv6", host);
    }
    const names = [
      "",
      "localhost",
      "256.0.0.1",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.x",
      "a.b.c.d",
      ":",
      ":::",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
    ];
    for (const host of [...names, "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7:1.2.3.4", "::1%", ":1", "1:", "::1.2.3"]) {
      assert.equal(familyOf(host), null, host);
    }
  });
});

/** The error that it fails with; CancelledError when it was cancelled. */
async function failureOf(task: PromiseLike<unknown>): Promise<unknown> {
  try {
    await task;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await until(new Promise((resolve) => server.once("listening", resolve)));
  const { port } = server.address() as { port: number };
  await until(new Promise((resolve) => server.close(resolve)));
  return port;
}

function say(words: string) {
  return (_reader: StreamReader, writer: StreamWriter): void => {
    writer.write(words);
    writer.close();
  };
}
