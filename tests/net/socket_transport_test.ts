import {
  ConnectionResetError,
  ContextVar,
  createTask,
  EventLoop,
  Future,
  OSError,
  Runner,
  RuntimeError,
  sleep,
  type Transport,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { bytes, concat, LoggingProtocol, makeTransport, runQuietly, runReported, text } from "./_support.ts";

const KIB = 1024;

/** One turn of the loop, or several. */
async function turn(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

/** A transport that has begun and whose `connectionMade` was called. */
async function open(protocol = new LoggingProtocol()) {
  const made = makeTransport(protocol);
  await turn();
  return { ...made, protocol, log: protocol.log };
}

describe("SocketTransport: the order of calls", () => {
  it("is made, data, eof, lost", () =>
    runQuietly(async () => {
      const { socket, log } = await open();
      socket.data("one");
      socket.data("two");
      socket.end();
      await turn(2);
      assert.deepEqual(log, ["made", "data one", "data two", "eof", "lost"]);
      assert.ok(socket.closed);
    }));

  it("completes the waiter after connectionMade, and the task that waits resumes before data comes", () =>
    runQuietly(async () => {
      const protocol = new LoggingProtocol();
      const waiter = new Future<void>();
      const { socket, transport } = makeTransport(protocol, null, waiter);
      const task = createTask(async () => {
        await waiter;
        protocol.log.push("resumed");
      });
      await turn();
      assert.ok(socket.asked.includes("start"));
      socket.data("x");
      await task;
      await turn();
      assert.deepEqual(protocol.log, ["made", "resumed", "data x"]);
      transport.abort();
      await turn();
    }));

  it("keeps the connection after eof when the protocol says so, until it is closed", () =>
    runQuietly(async () => {
      const { socket, transport, protocol, log } = await open();
      protocol.keepOpen = true;
      socket.end();
      await turn(2);
      assert.equal(transport.isClosing(), false);
      transport.write("still here");
      transport.writeEof();
      await turn();
      socket.take();
      socket.gone(null); // both directions have ended
      await turn(2);
      assert.equal(transport.isClosing(), false);
      transport.close();
      await turn();
      assert.deepEqual(log, ["made", "eof", "lost"]);
    }));

  it("tells an error of the host once, without eof", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      socket.gone(new ConnectionResetError("reset"));
      await turn(2);
      assert.deepEqual(log, ["made", "lost ConnectionResetError"]);
      assert.ok(transport.isClosing());
      transport.close();
      transport.abort();
      await turn(2);
      assert.equal(log.length, 2);
    }));

  it("takes a socket that goes without an end for lost", () =>
    runQuietly(async () => {
      const { socket, log } = await open();
      socket.gone(null);
      await turn(2);
      assert.deepEqual(log, ["made", "lost"]);
    }));

  it("calls only the methods that a protocol has", () =>
    runQuietly(async () => {
      const { socket, transport } = makeTransport({});
      await turn();
      transport.setWriteBufferLimits({ high: 0 });
      transport.write("x");
      await turn();
      socket.take();
      socket.data("x");
      socket.end();
      await turn(3);
      assert.ok(socket.closed);
    }));

  it("calls the protocol that was set last", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      const second = new LoggingProtocol();
      transport.setProtocol(second);
      assert.equal(transport.getProtocol(), second);
      socket.data("x");
      await turn();
      assert.deepEqual([log, second.log], [["made"], ["data x"]]);
      transport.abort();
      await turn();
    }));

  it("calls the protocol in the context in which the transport was made", () =>
    runQuietly(async () => {
      const variable = new ContextVar<string>("v", { default: "none" });
      const seen: string[] = [];
      const protocol = new LoggingProtocol();
      protocol.dataReceived = () => {
        seen.push(variable.get());
        variable.set("of the protocol");
      };
      variable.set("of the maker");
      const { socket, transport } = makeTransport(protocol);
      variable.set("later");
      await turn();
      socket.data("x");
      socket.data("x");
      await turn();
      assert.deepEqual(seen, ["of the maker", "of the protocol"]);
      assert.equal(variable.get(), "later");
      transport.abort();
      await turn();
    }));
});

describe("SocketTransport: errors of the protocol", () => {
  it("in connectionMade are reported, and the connection stays", async () => {
    const { reports } = await runReported(async () => {
      const protocol = new LoggingProtocol();
      protocol.connectionMade = () => {
        throw new SyntaxError("made");
      };
      const { socket, transport } = makeTransport(protocol);
      await turn();
      socket.data("x");
      await turn();
      assert.deepEqual(protocol.log, ["data x"]);
      transport.close();
      await turn();
    });
    assert.deepEqual(reports.map(({ exception }) => String(exception)), ["SyntaxError: made"]);
  });

  for (const method of ["dataReceived", "eofReceived"] as const) {
    it(`in ${method} are reported, and the connection is lost with them`, async () => {
      const { reports } = await runReported(async () => {
        const { socket, protocol, log } = await open();
        protocol[method] = () => {
          throw new SyntaxError("bad");
        };
        if (method === "dataReceived") socket.data("x");
        socket.end();
        await turn(2);
        assert.deepEqual(log, ["made", "lost SyntaxError"]);
        assert.ok(socket.closed);
      });
      assert.equal(reports.length, 1);
      assert.match(reports[0]!.message, method === "dataReceived" ? /protocol\.data_received/ : /protocol\.eof_received/);
      assert.ok(reports[0]!["transport"] !== undefined && reports[0]!["protocol"] !== undefined);
    });
  }

  it("that are system errors are only told to connectionLost", () =>
    runQuietly(async () => {
      const { socket, protocol, log } = await open();
      protocol.dataReceived = () => {
        throw new OSError("disk full");
      };
      socket.data("x");
      await turn(2);
      assert.deepEqual(log, ["made", "lost OSError"]);
    }));

  it("in connectionLost are reported, and the socket is closed all the same", async () => {
    const { reports } = await runReported(async () => {
      const { socket, transport, protocol } = await open();
      protocol.connectionLost = () => {
        throw new SyntaxError("lost");
      };
      transport.close();
      await turn();
      assert.ok(socket.closed);
    });
    assert.equal(reports.length, 1);
  });

  it("in pauseWriting and resumeWriting are reported, and writing goes on", async () => {
    const { reports } = await runReported(async () => {
      const { socket, transport, protocol } = await open();
      protocol.pauseWriting = protocol.resumeWriting = () => {
        throw new SyntaxError("flow");
      };
      transport.setWriteBufferLimits({ high: 1 });
      transport.write("abc");
      await turn();
      socket.take();
      await turn();
      assert.equal(socket.text(), "abc");
      transport.close();
      await turn();
    });
    assert.deepEqual(reports.map(({ message }) => message), ["protocol.pauseWriting() failed", "protocol.resumeWriting() failed"]);
  });
});

describe("SocketTransport: writing", () => {
  it("hands over in one piece what is written in one turn", () =>
    runQuietly(async () => {
      const { socket, transport } = await open();
      transport.write("a");
      transport.write(bytes("bc"));
      transport.writeLines(["d", bytes("e"), ""]);
      assert.equal(transport.getWriteBufferSize(), 5);
      await turn();
      transport.write("f");
      await turn();
      assert.deepEqual(socket.asked.filter((what) => what.startsWith("write")), ["write 5", "write 1"]);
      assert.equal(socket.text(), "abcdef");
      transport.abort();
      await turn();
    }));

  it("cuts what is large, and lets the host hold a bounded part of it", () =>
    runQuietly(async () => {
      const { socket, transport } = await open();
      const data = new Uint8Array(1000 * KIB).map((_, i) => i % 251);
      transport.write(data);
      assert.equal(transport.getWriteBufferSize(), 1000 * KIB);
      let most = 0;
      let size = 1000 * KIB;
      while (size > 0) {
        await turn();
        most = Math.max(most, socket.pending);
        assert.ok(socket.pending > 0);
        socket.take();
        await turn();
        assert.ok(transport.getWriteBufferSize() < size);
        size = transport.getWriteBufferSize();
      }
      assert.ok(most <= 320 * KIB, `the host held ${most}`);
      assert.ok(Math.max(...socket.written.map(({ length }) => length)) <= 128 * KIB);
      assert.deepEqual(concat(socket.written), data);
      transport.close();
      await turn();
    }));

  it("copies: what the caller does to the data afterwards is not sent", () =>
    runQuietly(async () => {
      const { socket, transport } = await open();
      const small = bytes("small");
      const large = new Uint8Array(200 * KIB).fill(1);
      transport.write(small);
      transport.write(large);
      small.fill(0);
      large.fill(0);
      await turn();
      const sent = concat(socket.written);
      assert.equal(text(sent.subarray(0, 5)), "small");
      assert.ok(sent.subarray(5).every((byte) => byte === 1));
      transport.abort();
      await turn();
    }));

  it("takes views, and text as UTF-8", () =>
    runQuietly(async () => {
      const { socket, transport } = await open();
      transport.write(bytes("0123456789").subarray(3, 6));
      transport.write("é€😀");
      await turn();
      assert.equal(socket.text(), "345é€😀");
      transport.abort();
      await turn();
    }));

  it("refuses what is no data with a TypeError, at any time, before anything is written", () =>
    runQuietly(async () => {
      const { socket, transport } = await open();
      for (const wrong of [null, undefined, 7, {}, [1], new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new Uint16Array(1)]) {
        assert.throws(() => transport.write(wrong as unknown as string), TypeError);
        assert.throws(() => transport.writeLines(["fine", wrong as unknown as string]), TypeError);
      }
      transport.close();
      assert.throws(() => transport.write(7 as unknown as string), TypeError);
      await turn(2);
      assert.equal(socket.text(), "");
    }));

  it("may begin in connectionMade", () =>
    runQuietly(async () => {
      const protocol = new LoggingProtocol();
      protocol.connectionMade = (transport: Transport) => {
        transport.write("hello");
        transport.writeEof();
      };
      const { socket, transport } = makeTransport(protocol);
      await turn(2);
      assert.deepEqual(socket.asked, ["start", "write 5", "closeWrite"]);
      transport.abort();
      await turn();
    }));

  it("is refused after writeEof, which ends the sending half after what was written, once", () =>
    runQuietly(async () => {
      const { socket, transport } = await open();
      assert.ok(transport.canWriteEof());
      transport.write(new Uint8Array(500 * KIB));
      transport.writeEof();
      transport.writeEof();
      assert.throws(() => transport.write("x"), RuntimeError);
      assert.throws(() => transport.write(7 as unknown as string), TypeError);
      assert.throws(() => transport.writeLines(["x"]), RuntimeError);
      await turn();
      assert.ok(!socket.asked.includes("closeWrite"));
      for (let i = 0; i < 10; i++) {
        socket.take();
        await turn();
      }
      assert.deepEqual(socket.asked.filter((what) => what === "closeWrite"), ["closeWrite"]);
      assert.equal(socket.asked.at(-1), "closeWrite");
      socket.data("and still reads");
      await turn();
      transport.close();
      await turn();
    }));
});

describe("SocketTransport: flow control of writing", () => {
  it("pauses above the high-water mark and resumes at the low one, in turns", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      transport.setWriteBufferLimits({ low: 4, high: 10 });
      transport.write("0123456789");
      assert.deepEqual(log, ["made"]); // at the mark, not above it
      transport.write("x");
      transport.write("y");
      assert.deepEqual(log, ["made", "pauseWriting"]);
      await turn();
      socket.take(7);
      await turn();
      assert.deepEqual(log, ["made", "pauseWriting"]); // 5 are left
      socket.take(1);
      await turn();
      assert.deepEqual(log, ["made", "pauseWriting", "resumeWriting"]);
      transport.write("0123456789");
      assert.deepEqual(log, ["made", "pauseWriting", "resumeWriting", "pauseWriting"]);
      transport.abort();
      await turn();
      assert.equal(log.at(-1), "lost");
    }));

  it("pauses when the marks are lowered below what is held", () =>
    runQuietly(async () => {
      const { transport, log } = await open();
      transport.write("0123456789");
      transport.setWriteBufferLimits({ high: 9 });
      assert.deepEqual(log, ["made", "pauseWriting"]);
      transport.abort();
      await turn();
    }));

  it("derives the mark that is missing, and refuses marks that contradict each other", () =>
    runQuietly(async () => {
      const { transport } = await open();
      const limitsAfter = (limits?: { low?: number; high?: number }) => {
        transport.setWriteBufferLimits(limits);
        return transport.getWriteBufferLimits();
      };
      assert.deepEqual(transport.getWriteBufferLimits(), { low: 16 * KIB, high: 64 * KIB });
      assert.deepEqual(limitsAfter({ high: 1000 }), { low: 250, high: 1000 });
      assert.deepEqual(limitsAfter({ low: 1000 }), { low: 1000, high: 4000 });
      assert.deepEqual(limitsAfter({ high: 0 }), { low: 0, high: 0 });
      assert.deepEqual(limitsAfter(), { low: 16 * KIB, high: 64 * KIB });
      for (const wrong of [{ high: 10, low: 20 }, { high: 5, low: -1 }, { high: NaN }, { low: NaN }]) {
        assert.throws(() => transport.setWriteBufferLimits(wrong), RangeError);
      }
      assert.deepEqual(transport.getWriteBufferLimits(), { low: 16 * KIB, high: 64 * KIB });
      transport.abort();
      await turn();
    }));
});

describe("SocketTransport: reading", () => {
  it("holds data, the end and the loss back while paused, and gives them in order afterwards", () =>
    runQuietly(async () => {
      const { socket, transport, protocol, log } = await open();
      protocol.keepOpen = true;
      transport.pauseReading();
      transport.pauseReading();
      assert.equal(transport.isReading(), false);
      socket.data("one"); // was on its way
      socket.data("two");
      socket.end();
      socket.gone(new ConnectionResetError("reset"));
      await turn(3);
      assert.deepEqual(log, ["made"]);
      transport.resumeReading();
      transport.resumeReading();
      assert.deepEqual(log, ["made"]); // in a later turn
      await turn(8);
      assert.deepEqual(log, ["made", "data one", "data two", "eof", "lost ConnectionResetError"]);
    }));

  it("may be paused again by the protocol between two pieces", () =>
    runQuietly(async () => {
      const { socket, transport, protocol, log } = await open();
      const { dataReceived } = protocol;
      protocol.dataReceived = (data) => {
        dataReceived.call(protocol, data);
        transport.pauseReading();
      };
      for (const piece of ["1", "2", "3"]) socket.data(piece);
      await turn(2);
      assert.deepEqual(log, ["made", "data 1"]);
      transport.resumeReading();
      await turn(3);
      assert.deepEqual(log, ["made", "data 1", "data 2"]);
      assert.equal(socket.paused, true);
      transport.resumeReading();
      await turn(3);
      protocol.dataReceived = dataReceived;
      transport.resumeReading();
      await turn();
      assert.equal(socket.paused, false);
      assert.deepEqual(log, ["made", "data 1", "data 2", "data 3"]);
      transport.abort();
      await turn();
    }));

  it("may be paused in connectionMade: the host is not asked for anything", () =>
    runQuietly(async () => {
      const protocol = new LoggingProtocol();
      protocol.connectionMade = (transport: Transport) => transport.pauseReading();
      const { socket, transport } = makeTransport(protocol);
      await turn();
      assert.deepEqual(socket.asked, ["pause", "start"]);
      transport.resumeReading();
      assert.deepEqual(socket.asked, ["pause", "start", "resume"]);
      transport.abort();
      await turn();
    }));

  it("is over with close: what comes after is dropped", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      transport.write("x");
      await turn();
      transport.close();
      socket.data("too late");
      socket.end();
      await turn();
      assert.equal(socket.paused, true);
      assert.equal(transport.isReading(), false);
      transport.resumeReading();
      assert.equal(socket.paused, true);
      socket.take();
      await turn();
      assert.deepEqual(log, ["made", "lost"]);
    }));

  it("tells a loss at once, even while paused, when there is something to send", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      transport.pauseReading();
      transport.write("x");
      await turn();
      socket.gone(new ConnectionResetError("reset"));
      await turn(2);
      assert.deepEqual(log, ["made", "lost ConnectionResetError"]);
    }));

  it("tells a loss that is held back when something is written", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      transport.pauseReading();
      socket.gone(new ConnectionResetError("reset"));
      await turn(2);
      assert.deepEqual(log, ["made"]);
      transport.write("x");
      await turn();
      assert.deepEqual(log, ["made", "lost ConnectionResetError"]);
    }));

  it("asks the host to wait while nobody runs the loop", async () => {
    const runner = new Runner();
    const { socket, transport, log } = await runner.run(() => open());
    for (let i = 0; i < 100 && !socket.paused; i++) socket.data(new Uint8Array(16 * KIB));
    assert.equal(socket.paused, true);
    assert.equal(log.length, 1);
    await runner.run(async () => {
      await turn(2);
      assert.ok(log.length > 16 && log.length < 20);
      assert.equal(socket.paused, false);
      transport.abort();
      await turn();
    });
    await runner.close();
  });
});

describe("SocketTransport: closing", () => {
  it("calls connectionLost in a later turn, and closes the socket only then", () =>
    runQuietly(async () => {
      const { socket, transport, protocol, log } = await open();
      protocol.connectionLost = () => void log.push(`lost, socket closed: ${socket.closed}`);
      transport.close();
      assert.equal(transport.isClosing(), true);
      assert.deepEqual(log, ["made"]);
      transport.close();
      transport.abort();
      await turn(2);
      assert.deepEqual(log, ["made", "lost, socket closed: false"]);
      assert.deepEqual(socket.asked.filter((what) => what === "close"), ["close"]);
    }));

  it("first sends what is held, and ignores what is written after", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      transport.write(new Uint8Array(400 * KIB));
      transport.close();
      transport.write("ignored");
      transport.writeEof();
      for (let left = 400 * KIB; left > 0;) {
        await turn();
        left -= socket.pending;
        assert.equal(socket.closed, false);
        assert.equal(log.includes("lost"), false);
        socket.take();
        await turn();
      }
      assert.equal(concat(socket.written).length, 400 * KIB);
      assert.deepEqual(log, ["made", "pauseWriting", "resumeWriting", "lost"]);
      assert.equal(socket.closed, true);
    }));

  it("is told an error that comes before all is sent", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      transport.write("x");
      transport.close();
      await turn();
      socket.gone(new ConnectionResetError("reset"));
      await turn(2);
      assert.deepEqual(log, ["made", "lost ConnectionResetError"]);
      assert.equal(transport.getWriteBufferSize(), 0);
    }));

  it("by abort drops what is held at once", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      transport.write(new Uint8Array(400 * KIB));
      await turn();
      transport.abort();
      assert.equal(transport.getWriteBufferSize(), 0);
      assert.deepEqual(log, ["made", "pauseWriting"]);
      socket.take();
      await turn();
      assert.deepEqual(log, ["made", "pauseWriting", "lost"]);
      assert.equal(socket.asked.at(-1), "close");
    }));

  it("by abort cuts a close short, and resets when asked to", () =>
    runQuietly(async () => {
      const { socket, transport, log } = await open();
      transport.write("x");
      transport.close();
      await turn();
      transport.abort({ reset: true });
      await turn(2);
      assert.deepEqual(log, ["made", "lost"]);
      assert.equal(socket.asked.at(-1), "reset");
    }));

  it("may come in connectionMade", () =>
    runQuietly(async () => {
      for (const method of ["close", "abort"] as const) {
        const protocol = new LoggingProtocol();
        const { log } = protocol;
        protocol.connectionMade = (transport: Transport) => {
          log.push("made");
          transport.write("bye");
          transport[method]();
        };
        const { socket } = makeTransport(protocol);
        await turn(2);
        socket.take();
        await turn();
        assert.deepEqual(log, ["made", "lost"]);
        assert.equal(socket.text(), method === "close" ? "bye" : "");
      }
    }));

  it("tells the owner last", () =>
    runQuietly(async () => {
      const protocol = new LoggingProtocol();
      const owner = { _detach: () => void protocol.log.push("detached"), _replace: () => assert.fail("it goes on") };
      const { transport } = makeTransport(protocol, owner);
      await turn();
      transport.close();
      await turn();
      assert.deepEqual(protocol.log, ["made", "lost", "detached"]);
    }));

  it("closes the socket at once when the loop is closed", async () => {
    for (const method of ["close", "abort"] as const) {
      const loop = new EventLoop();
      const { socket, transport, log } = await loop.runUntilComplete(() => open());
      loop.close();
      transport[method]();
      assert.equal(socket.closed, true);
      assert.deepEqual(log, ["made"]);
    }
  });
});

describe("SocketTransport: what it tells of itself", () => {
  it("is the addresses and the host's object, and a fallback for anything else", () =>
    runQuietly(async () => {
      const { socket, transport } = await open();
      assert.deepEqual(transport.getExtraInfo("peername"), { host: "127.0.0.1", port: 2, family: "IPv4" });
      assert.deepEqual(transport.getExtraInfo("sockname"), { host: "127.0.0.1", port: 1, family: "IPv4" });
      assert.equal(transport.getExtraInfo("socket"), socket.native);
      assert.equal(transport.getExtraInfo("nothing" as "socket"), undefined);
      assert.equal(transport.getExtraInfo("nothing" as "socket", "fallback"), "fallback");
      assert.equal(String(transport), "<Transport open peername=127.0.0.1:2>");
      transport.abort();
      await turn();
      assert.equal(String(transport), "<Transport closed peername=127.0.0.1:2>");
    }));
});
