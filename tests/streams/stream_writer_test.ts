import {
  type BaseProtocol,
  ConnectionResetError,
  createTask,
  getRunningLoop,
  isCancelled,
  Protocol,
  RuntimeError,
  sleep,
  StreamReader,
  StreamReaderProtocol,
  StreamWriter,
} from "../../mod.ts";
import { SocketTransport } from "../../src/net/socket_transport.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runQuietly, TestSocket, text } from "../net/_support.ts";

/** The streams of a connection over a test socket. */
async function open() {
  const reader = new StreamReader();
  const protocol = new StreamReaderProtocol(reader);
  const socket = new TestSocket();
  const transport = new SocketTransport(getRunningLoop(), socket, protocol);
  transport.begin();
  await sleep(0);
  return { reader, writer: new StreamWriter(transport, protocol, reader), socket, transport, protocol };
}

async function end(writer: StreamWriter): Promise<void> {
  writer.transport.abort();
  await sleep(0);
}

describe("StreamWriter.drain", () => {
  it("gives up no turn below the high-water mark", () =>
    runQuietly(async () => {
      const { writer } = await open();
      const order: string[] = [];
      const task = createTask(function* () {
        writer.write("small");
        yield* writer.drain();
        order.push("drained");
      });
      const other = createTask(function* () {
        order.push("other");
      });
      await task;
      await other;
      assert.deepEqual(order, ["drained", "other"]);
      await end(writer);
    }));

  it("waits above it until the low-water mark, all who wait in their order", () =>
    runQuietly(async () => {
      const { writer, socket } = await open();
      writer.transport.setWriteBufferLimits({ low: 2, high: 4 });
      writer.write("12345");
      const order: number[] = [];
      const tasks = [1, 2, 3].map((n) =>
        createTask(async () => {
          await writer.drain();
          order.push(n);
        })
      );
      await sleep(0);
      await sleep(0);
      socket.take(2);
      await sleep(0);
      assert.deepEqual(order, []);
      tasks[1]!.cancel();
      socket.take(1);
      await tasks[0];
      await tasks[2];
      assert.deepEqual(order, [1, 3]);
      assert.ok(tasks[1]!.cancelled());
      await writer.drain();
      await end(writer);
    }));

  it("gives up one turn while the transport is closing", () =>
    runQuietly(async () => {
      const { writer, socket } = await open();
      writer.write("x");
      await sleep(0);
      writer.close();
      const order: string[] = [];
      getRunningLoop().callSoon(() => order.push("a turn later"));
      await writer.drain(); // not lost yet: what was written is not sent
      order.push("drained");
      assert.deepEqual(order, ["a turn later", "drained"]);
      socket.take();
      await sleep(0);
      await assert.rejects(async () => await writer.drain(), ConnectionResetError);
    }));

  it("throws once the connection is lost, so that a loop of writes ends", () =>
    runQuietly(async () => {
      const { writer, transport } = await open();
      let written = 0;
      const task = createTask(async () => {
        for (;; written++) {
          writer.write("x");
          await writer.drain();
          if (written === 10) transport.abort();
        }
      });
      await assert.rejects(async () => await task, (error) => {
        assert.ok(error instanceof ConnectionResetError);
        assert.equal(error.message, "Connection lost");
        assert.equal(error.code, "ECONNRESET");
        return true;
      });
      assert.ok(written < 13);
    }));

  it("wakes those who wait when the connection is lost: with its error, or without", () =>
    runQuietly(async () => {
      for (const error of [new ConnectionResetError("reset"), null]) {
        const { writer, socket, transport } = await open();
        transport.setWriteBufferLimits({ high: 0 });
        writer.write("x");
        const drain = createTask(() => writer.drain());
        await sleep(0);
        if (error === null) transport.abort();
        else socket.gone(error);
        if (error === null) await drain;
        else await assert.rejects(async () => await drain, (thrown) => thrown === error);
      }
    }));

  it("throws the error that reading failed with", () =>
    runQuietly(async () => {
      const { writer, reader } = await open();
      const error = new Error("bad input");
      reader.setException(error);
      await assert.rejects(async () => await writer.drain(), (thrown) => thrown === error);
      await end(writer);
    }));
});

describe("StreamWriter: writing and closing", () => {
  it("is the transport's", () =>
    runQuietly(async () => {
      const { writer, socket, transport } = await open();
      assert.equal(writer.transport, transport);
      writer.write("a");
      writer.writeLines(["b", new Uint8Array([99])]);
      assert.throws(() => writer.write(7 as unknown as string), TypeError);
      assert.equal(writer.canWriteEof(), true);
      writer.writeEof();
      assert.throws(() => writer.write("d"), RuntimeError);
      await sleep(0);
      assert.equal(socket.written.map(text).join(), "abc");
      assert.equal(socket.asked.at(-1), "closeWrite");
      assert.deepEqual(writer.getExtraInfo("peername"), socket.remoteAddress);
      assert.equal(writer.getExtraInfo("nothing" as "socket", "fallback"), "fallback");
      assert.equal(writer.isClosing(), false);
      writer.close();
      assert.equal(writer.isClosing(), true);
      socket.take();
      await writer.waitClosed();
      await writer.waitClosed();
    }));

  it("waitClosed throws the error that the connection was lost with, every time", () =>
    runQuietly(async () => {
      const { writer, socket } = await open();
      const waiting = createTask(() => writer.waitClosed());
      await sleep(0);
      const error = new ConnectionResetError("reset");
      socket.gone(error);
      for (const wait of [() => waiting, () => writer.waitClosed(), () => writer.waitClosed()]) {
        await assert.rejects(async () => await wait(), (thrown) => thrown === error);
      }
    }));

  it("nobody has to ask for the error that a connection was lost with", () =>
    runQuietly(async () => {
      const { socket } = await open();
      socket.gone(new ConnectionResetError("reset"));
      await sleep(0);
      await sleep(0);
    }));

  it("a waitClosed that is cancelled leaves the others alone", () =>
    runQuietly(async () => {
      const { writer } = await open();
      const [cancelled, other] = [createTask(() => writer.waitClosed()), createTask(() => writer.waitClosed())];
      await sleep(0);
      cancelled.cancel();
      await assert.rejects(async () => await cancelled, isCancelled);
      writer.close();
      await other;
      await writer.waitClosed();
    }));

  it("disposing closes and waits", () =>
    runQuietly(async () => {
      const { writer, socket } = await open();
      await writer[Symbol.asyncDispose]();
      assert.equal(socket.closed, true);
    }));

  it("needs a stream protocol for drain and waitClosed only", () =>
    runQuietly(async () => {
      const protocol: BaseProtocol = new Protocol();
      const transport = new SocketTransport(getRunningLoop(), new TestSocket(), protocol);
      transport.begin();
      await sleep(0);
      const writer = new StreamWriter(transport, protocol, null);
      writer.write("x");
      await assert.rejects(async () => await writer.drain(), TypeError);
      await assert.rejects(async () => await writer.waitClosed(), TypeError);
      await end(writer);
    }));
});

describe("StreamReaderProtocol", () => {
  it("feeds its reader, keeps the connection after the end, and pauses the transport", () =>
    runQuietly(async () => {
      const { reader, writer, socket } = await open();
      socket.data("abc");
      socket.end();
      await sleep(0);
      assert.equal(text(await reader.read()), "abc");
      assert.equal(writer.isClosing(), false);
      await end(writer);
    }));

  it("ends its reader with the connection: by the end, or by the error", () =>
    runQuietly(async () => {
      const closed = await open();
      closed.writer.close();
      assert.equal((await closed.reader.read()).length, 0);
      const lost = await open();
      lost.socket.gone(new ConnectionResetError("reset"));
      await assert.rejects(async () => await lost.reader.read(), ConnectionResetError);
    }));
});
