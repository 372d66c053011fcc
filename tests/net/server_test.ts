import {
  createTask,
  Event,
  gather,
  getRunningLoop,
  type InetAddress,
  isCancelled,
  openConnection,
  OSError,
  Protocol,
  RuntimeError,
  type Server,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Task,
} from "../../mod.ts";
import { runVirtual } from "../_kit/loop.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { LoggingProtocol, runQuietly, runReported, runtimeWith, TestListener, TestNet, TestSocket, text } from "./_support.ts";

/** Echoes until the client has nothing more to say. */
function* echo(reader: StreamReader, writer: StreamWriter) {
  for (let data = yield* reader.read(1024); data.length > 0; data = yield* reader.read(1024)) writer.write(data);
  writer.close();
}

function portOf(server: Server): number {
  return server.sockets[0]!.address.port;
}

async function close(server: Server): Promise<void> {
  server.close();
  await server.waitClosed();
}

/** What a new client of the server reads to the end. */
async function visit(server: Server, host = "127.0.0.1"): Promise<string> {
  const [reader, writer] = await openConnection(host, portOf(server));
  const heard = text(await reader.read());
  writer.close();
  await writer.waitClosed();
  return heard;
}

function greet(words: string) {
  return (_reader: StreamReader, writer: StreamWriter): void => {
    writer.write(words);
    writer.close();
  };
}

describe("Server: where it listens", () => {
  it("is told by its sockets, with the port that the system chose, until it is closed", () =>
    runQuietly(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0);
      assert.equal(server.sockets.length, 1);
      const { host, port, family } = server.sockets[0]!.address;
      assert.deepEqual([host, family, port > 0], ["127.0.0.1", "IPv4", true]);
      assert.equal(server.getLoop(), getRunningLoop());
      await close(server);
      assert.deepEqual(server.sockets, []);
    }));

  it("may be several hosts, each bound once", () =>
    runQuietly(async () => {
      const server = await startServer(greet("x"), ["127.0.0.1", "127.0.0.1", "localhost"], 0);
      assert.ok(server.sockets.some(({ address }) => address.host === "127.0.0.1"));
      const hosts = server.sockets.map(({ address }) => address.host);
      assert.equal(new Set(hosts).size, hosts.length);
      assert.equal(await visit(server), "x");
      await close(server);
    }));

  it("is every address without a host", () =>
    runQuietly(async () => {
      const tellPeer = (_reader: StreamReader, writer: StreamWriter): void => {
        writer.write((writer.getExtraInfo("peername") as InetAddress).host);
        writer.close();
      };
      for (const host of [null, ""]) {
        const server = await startServer(tellPeer, host, 0);
        assert.equal(await visit(server), "127.0.0.1");
        await close(server);
      }
      const server = await getRunningLoop().createServer(() => new Protocol(), { port: 0, family: "IPv4" });
      assert.equal(server.sockets[0]!.address.host, "0.0.0.0");
      await close(server);
    }));

  it("cannot be where another listens", () =>
    runQuietly(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0);
      await assert.rejects(async () => await startServer(greet("y"), "127.0.0.1", portOf(server)), (error) => {
        assert.ok(error instanceof OSError);
        assert.equal(error.code, "EADDRINUSE");
        return true;
      });
      assert.equal(await visit(server), "x");
      await close(server);
    }));

  it("is checked at the call", () =>
    runQuietly(async () => {
      const start = (host: unknown, port: unknown, options = {}) => () =>
        void startServer(greet("x"), host as string, port as number, options);
      assert.throws(() => void startServer(7 as unknown as () => void, "127.0.0.1", 0), TypeError);
      for (const host of [7, {}, ["127.0.0.1", null]]) assert.throws(start(host, 0), TypeError);
      for (const host of [[], ["127.0.0.1", ""]]) assert.throws(start(host, 0), RangeError);
      for (const port of ["80", null]) assert.throws(start("127.0.0.1", port), TypeError);
      for (const port of [-1, 65536, 0.5]) assert.throws(start("127.0.0.1", port), RangeError);
      assert.throws(start("127.0.0.1", 0, { backlog: "9" }), TypeError);
      for (const options of [{ backlog: 0 }, { backlog: NaN }, { limit: 0 }, { family: "IPv5" }]) {
        assert.throws(start("127.0.0.1", 0, options), RangeError);
      }
      await sleep(0);
    }));
});

describe("Server: serving", () => {
  it("begins at once, and tells so", () =>
    runVirtual(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0);
      assert.equal(server.isServing(), true);
      await close(server);
      assert.equal(server.isServing(), false);
    }));

  it("may begin later: those that came before are served then", () =>
    runVirtual(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0, { startServing: false });
      assert.equal(server.isServing(), false);
      const early = createTask(() => visit(server));
      const other = await startServer(greet("y"), "127.0.0.1", 0);
      for (let i = 0; i < 3; i++) await visit(other); // time for a connection to be made
      assert.equal(early.done(), false);
      await server.startServing();
      await server.startServing();
      assert.equal(server.isServing(), true);
      assert.equal(await early, "x");
      await gather([() => close(server), () => close(other)]);
    }));

  it("cannot begin once it is closed", () =>
    runVirtual(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0, { startServing: false });
      await close(server);
      await assert.rejects(async () => await server.startServing(), RuntimeError);
    }));

  it("goes on when a protocol cannot be made, and reports that", async () => {
    const { reports } = await runReported(async () => {
      let made = 0;
      const factory = () => {
        if (made++ === 0) throw new SyntaxError("no protocol");
        return new LoggingProtocol();
      };
      const server = await getRunningLoop().createServer(factory, { host: "127.0.0.1", port: 0 });
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
      assert.equal((await reader.read()).length, 0);
      writer.close();
      const [, second] = await openConnection("127.0.0.1", portOf(server));
      second.close();
      await close(server);
    });
    assert.deepEqual(reports.map(({ message, exception }) => `${message} / ${exception}`), [
      "Error on transport creation for incoming connection / SyntaxError: no protocol",
    ]);
  });

  it("takes a burst of clients", () =>
    runVirtual(async () => {
      const server = await startServer(echo, "127.0.0.1", 0);
      const port = portOf(server);
      const answers = await gather(Array.from({ length: 150 }, (_, i) => async () => {
        const [reader, writer] = await openConnection("127.0.0.1", port);
        writer.write(`client ${i}`);
        writer.writeEof();
        const answer = text(await reader.read());
        writer.close();
        await writer.waitClosed();
        return answer === `client ${i}`;
      }));
      assert.ok(answers.every(Boolean));
      await close(server);
    }));
});

describe("Server: closing", () => {
  it("leaves connections alone, and waitClosed waits for the last of them", () =>
    runVirtual(async () => {
      const server = await startServer(echo, "127.0.0.1", 0);
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
      writer.write("before");
      assert.equal(text(await reader.readExactly(6)), "before");
      server.close();
      server.close();
      const waiters = [createTask(() => server.waitClosed()), createTask(() => server.waitClosed())];
      writer.write("after");
      assert.equal(text(await reader.readExactly(5)), "after");
      assert.deepEqual(waiters.map((task) => task.done()), [false, false]);
      writer.close();
      await gather(waiters);
      await server.waitClosed();
    }));

  it("may come after the last connection has gone: waitClosed waits for both", () =>
    runVirtual(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0);
      const waiter = createTask(() => server.waitClosed());
      assert.equal(await visit(server), "x");
      await visit(server);
      assert.equal(waiter.done(), false);
      server.close();
      await waiter;
    }));

  it("is not undone by a wait that is cancelled", () =>
    runVirtual(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0);
      const [cancelled, other] = [createTask(() => server.waitClosed()), createTask(() => server.waitClosed())];
      await sleep(0);
      cancelled.cancel();
      await sleep(0);
      assert.equal(cancelled.cancelled(), true);
      server.close();
      await other;
    }));

  for (const method of ["closeClients", "abortClients"] as const) {
    it(`ends the connections with ${method}`, () =>
      runVirtual(async () => {
        const connected = new Event();
        const server = await startServer(
          function* (reader: StreamReader, writer: StreamWriter) {
            writer.write("farewell");
            connected.set();
            yield* reader.read();
          },
          "127.0.0.1",
          0,
        );
        const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
        await connected.wait();
        server[method]();
        assert.equal(server.isServing(), true);
        const heard = text(await reader.read());
        assert.ok(heard === "farewell" || method === "abortClients", heard);
        writer.close();
        await close(server);
      }));
  }

  it("is what disposing does, with the wait for its end", () =>
    runVirtual(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0);
      await visit(server);
      await server[Symbol.asyncDispose]();
      assert.equal(server.isServing(), false);
      await server[Symbol.asyncDispose]();
    }));
});

describe("Server: serving for ever", () => {
  it("ends by cancelling, which closes it and its connections", () =>
    runVirtual(async () => {
      const connected = new Event();
      const server = await startServer(
        function* (reader: StreamReader) {
          connected.set();
          yield* reader.read();
        },
        "127.0.0.1",
        0,
        { startServing: false },
      );
      const forever = createTask(() => server.serveForever());
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
      await connected.wait();
      assert.equal(server.isServing(), true);
      forever.cancel();
      assert.ok(isCancelled(await failureOf(forever)));
      assert.equal(server.isServing(), false);
      assert.equal((await reader.read()).length, 0);
      writer.close();
      await assert.rejects(async () => await server.serveForever(), RuntimeError);
    }));

  it("is done by one at a time", () =>
    runVirtual(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0);
      const forever = createTask(() => server.serveForever());
      await sleep(0);
      await assert.rejects(async () => await server.serveForever(), RuntimeError);
      assert.equal(await visit(server), "x");
      forever.cancel();
      await failureOf(forever);
    }));

  it("ends with CancelledError when the server is closed", () =>
    runVirtual(async () => {
      const server = await startServer(greet("x"), "127.0.0.1", 0);
      const forever = createTask(() => server.serveForever());
      await sleep(0);
      server.close();
      assert.ok(isCancelled(await failureOf(forever)));
    }));
});

describe("Server, over a network that a test plays", () => {
  /** A server whose listener the test answers for. */
  async function listen(net: TestNet, options: { host?: string | string[]; startServing?: boolean } = {}) {
    const protocol = new LoggingProtocol();
    const task = createTask(() => getRunningLoop().createServer(() => protocol, { host: "127.0.0.1", port: 7, ...options }));
    const question = await net.asked(net.listens, net.listens.length + 1);
    return { task, question, protocol };
  }

  function withNet<T>(main: (net: TestNet) => Promise<T>) {
    const net = new TestNet();
    return runReported(() => main(net), { runtime: runtimeWith(net) });
  }

  it("closes what it has bound when another address cannot be bound", () =>
    withNet(async (net) => {
      const { task, question } = await listen(net, { host: ["127.0.0.1", "127.0.0.2"] });
      const listener = new TestListener("127.0.0.1", 7);
      question.outcome(null, listener);
      (await net.asked(net.listens, 2)).outcome(new OSError("in use", { code: "EADDRINUSE" }), null);
      assert.equal(String(await failureOf(task)), "OSError: in use");
      assert.equal(listener.closed, true);
    }));

  it("passes over addresses that the machine does not have, unless there are no others", () =>
    withNet(async (net) => {
      const missing = new OSError("not here", { code: "EADDRNOTAVAIL" });
      const { task, question } = await listen(net, { host: ["::1", "127.0.0.1"] });
      question.outcome(missing, null);
      (await net.asked(net.listens, 2)).outcome(null, new TestListener("127.0.0.1", 7));
      const server = await task;
      assert.deepEqual(server.sockets.map(({ address }) => address.host), ["127.0.0.1"]);
      server.close();
      const lonely = await listen(net);
      lonely.question.outcome(missing, null);
      assert.equal(await failureOf(lonely.task), missing);
    }));

  it("takes IPv4 alone where there is no IPv6", () =>
    withNet(async (net) => {
      const task = createTask(() => getRunningLoop().createServer(() => new Protocol(), { port: 7 }));
      const first = await net.asked(net.listens, 1);
      assert.equal(first.options.host, "::");
      first.outcome(new OSError("no IPv6", { code: "EAFNOSUPPORT" }), null);
      const second = await net.asked(net.listens, 2);
      assert.equal(second.options.host, "0.0.0.0");
      second.outcome(null, new TestListener("0.0.0.0", 7));
      (await task).close();
    }));

  it("abandons a listener when it is cancelled, and closes one that came meanwhile", () =>
    withNet(async (net) => {
      const early = await listen(net);
      early.task.cancel();
      assert.ok(isCancelled(await failureOf(early.task)));
      assert.equal(early.question.abandoned, true);
      const late = await listen(net);
      const listener = new TestListener("127.0.0.1", 7);
      late.question.outcome(null, listener);
      late.task.cancel();
      assert.ok(isCancelled(await failureOf(late.task)));
      await sleep(0);
      assert.equal(listener.closed, true);
    }));

  it("reports that a connection could not be accepted, and accepts on later", async () => {
    const { reports } = await withNet(async (net) => {
      const { task, question } = await listen(net);
      question.outcome(null, new TestListener("127.0.0.1", 7));
      const server = await task;
      const loop = getRunningLoop();
      const { callLater } = loop;
      const later: unknown[] = [];
      loop.callLater = (delay, callback, ...args) => {
        later.push([delay, callback]);
        return callLater.call(loop, Infinity, () => callback(...args));
      };
      const resume = () => {};
      question.onError!(new OSError("too many open files", { code: "EMFILE" }), resume);
      await sleep(0);
      assert.deepEqual(later, [[1000, resume]]);
      server.close();
      question.onError!(new OSError("not told"), () => {});
      await sleep(0);
    });
    assert.deepEqual(reports.map(({ message, exception }) => `${message} / ${exception}`), [
      "socket.accept() out of system resource / OSError: too many open files",
    ]);
  });

  it("closes connections that come after it was closed, or before it serves and then never", () =>
    withNet(async (net) => {
      const { task, question, protocol } = await listen(net, { startServing: false });
      question.outcome(null, new TestListener("127.0.0.1", 7));
      const server = await task;
      const [early, late] = [new TestSocket(), new TestSocket()];
      question.onConnection(early);
      await sleep(0);
      assert.equal(early.closed, false);
      server.close();
      assert.equal(early.closed, true);
      question.onConnection(late);
      await sleep(0);
      assert.equal(late.closed, true);
      assert.deepEqual(protocol.log, []);
      await server.waitClosed();
    }));
});

async function failureOf(task: Task<unknown>): Promise<unknown> {
  try {
    await task;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
