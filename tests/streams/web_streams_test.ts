import {
  CancelledError,
  ConnectionResetError,
  createTask,
  type Data,
  Event,
  fromReadableStream,
  isCancelled,
  openConnection,
  RuntimeError,
  sleep,
  startServer,
  StreamReader,
  StreamReaderProtocol,
  StreamWriter,
  toReadableStream,
  toWritableStream,
  until,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { bytes, concat, makeTransport, runQuietly, text } from "../net/_support.ts";

const KIB = 1024;

/** One turn of the loop, or several. */
async function turn(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

/** A reader and a writer over a socket that the test plays. */
async function open(limit?: number) {
  const reader = new StreamReader(limit === undefined ? {} : { limit });
  const protocol = new StreamReaderProtocol(reader);
  const { socket, transport } = makeTransport(protocol);
  await turn();
  return { reader, writer: new StreamWriter(transport, protocol, reader), socket, transport };
}

/** What a stream gives up to its end. */
async function drained(stream: ReadableStream<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await until(reader.read());
    if (done) return text(concat(parts));
    parts.push(value);
  }
}

/** A web stream that a test plays; it tells how often it was asked and with what it was cancelled. */
function played(highWaterMark = 0) {
  const stage = {
    asked: 0,
    cancelled: [] as unknown[],
    controller: null as ReadableStreamDefaultController<Uint8Array> | null,
  };
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => void (stage.controller = controller),
    pull: () => void stage.asked++,
    cancel: (reason) => void stage.cancelled.push(reason),
  }, { highWaterMark });
  return { stream, stage, put: (data: string | Uint8Array) => stage.controller!.enqueue(typeof data === "string" ? bytes(data) : data) };
}

describe("toReadableStream", () => {
  it("gives what the reader gets, up to its end", () =>
    runQuietly(async () => {
      const { reader, socket, transport } = await open();
      const stream = toReadableStream(reader);
      const task = createTask(() => until(drained(stream)));
      for (const part of ["one ", "two ", "three"]) {
        socket.data(part);
        await turn(3);
      }
      socket.end();
      assert.equal(await task, "one two three");
      transport.abort();
      await turn();
    }));

  it("is not read ahead of its reader: the transport is paused above the limit", () =>
    runQuietly(async () => {
      const { reader, socket, transport } = await open(8);
      const stream = toReadableStream(reader);
      socket.data("0123456789abcdefg");
      await turn(3);
      assert.ok(socket.paused, "nobody reads");
      const web = stream.getReader();
      assert.equal(text((await until(web.read())).value!), "0123456789abcdefg");
      assert.equal(socket.paused, false);
      socket.data("next");
      await turn(3);
      assert.equal(text(await reader.readExactly(4)), "next", "nothing was taken ahead");
      transport.abort();
      await turn();
    }));

  it("cancelled, closes the connection after what was written to it", () =>
    runQuietly(async () => {
      for (const reading of [false, true]) {
        const { reader, writer, socket, transport } = await open();
        const web = toReadableStream(reader).getReader();
        const pending = reading ? web.read() : null;
        await turn(2);
        writer.write("goodbye");
        await until(web.cancel("enough"));
        if (pending !== null) assert.equal((await until(pending)).done, true);
        await turn(2);
        assert.equal(socket.text(), "goodbye");
        assert.ok(transport.isClosing());
        socket.take();
        await turn(2);
        assert.ok(socket.closed);
      }
    }));

  it("fails with the reader", () =>
    runQuietly(async () => {
      const { reader, socket } = await open();
      const web = toReadableStream(reader).getReader();
      const pending = web.read();
      await turn();
      const error = new ConnectionResetError("gone");
      socket.gone(error);
      await assert.rejects(async () => await until(pending), error);
      await assert.rejects(async () => await until(web.closed), error);
    }));

  it("does not tie the read to the task that asked: cancelling that loses nothing", () =>
    runQuietly(async () => {
      const { reader, socket, transport } = await open();
      const web = toReadableStream(reader).getReader();
      const task = createTask(() => until(web.read()));
      await turn(3);
      task.cancel();
      await assert.rejects(async () => await task, isCancelled);
      const second = web.read(); // the first read is still answered first
      socket.data("one");
      await turn(3);
      socket.data("two");
      assert.equal(text((await until(second)).value!), "two");
      transport.abort();
      await turn();
    }));

  it("fails when the loop has ended", async () => {
    const { web, pending } = await runQuietly(async () => {
      const web = toReadableStream(new StreamReader()).getReader();
      const pending = web.read();
      await turn();
      return { web, pending };
    });
    await assert.rejects(pending, CancelledError);
    await assert.rejects(web.read(), CancelledError);
  });

  it("refuses what is no reader", () => {
    assert.throws(
      () => toReadableStream({} as StreamReader),
      /^TypeError: Cannot make a web stream: a StreamReader was expected, got object$/,
    );
  });
});

describe("toWritableStream", () => {
  it("writes chunks of bytes and text, and ends the sending half when it is closed", () =>
    runQuietly(async () => {
      const { writer, socket, transport, reader } = await open();
      const web = toWritableStream(writer).getWriter();
      await until(web.write("text, "));
      await until(web.write(bytes("bytes")));
      await until(web.close());
      await turn();
      assert.equal(socket.text(), "text, bytes");
      socket.take();
      await turn();
      assert.equal(socket.asked.at(-1), "closeWrite");
      socket.data("answer");
      assert.equal(text(await reader.readExactly(6)), "answer");
      assert.equal(transport.isClosing(), false);
      socket.end();
      await turn(2);
      assert.ok(socket.closed, "both sides have ended");
    }));

  it("holds the one who writes back while the transport is full", () =>
    runQuietly(async () => {
      const { writer, socket, transport } = await open();
      transport.setWriteBufferLimits({ high: 10, low: 0 });
      const web = toWritableStream(writer).getWriter();
      let written = 0;
      void web.write(new Uint8Array(11)).then(() => written++);
      void web.write(new Uint8Array(11)).then(() => written++);
      await turn(5);
      assert.deepEqual([written, socket.pending], [0, 11]);
      assert.ok(web.desiredSize! <= 0);
      socket.take();
      await turn(5);
      assert.deepEqual([written, socket.pending], [1, 11]);
      socket.take();
      await turn(5);
      assert.equal(written, 2);
      socket.end();
      await turn();
      await until(web.close());
      socket.take();
      await turn(3);
      assert.ok(socket.closed, "the peer has ended before");
    }));

  it("aborted, aborts the connection", () =>
    runQuietly(async () => {
      const { writer, socket } = await open();
      const web = toWritableStream(writer).getWriter();
      await until(web.write("dropped"));
      await until(web.abort("enough"));
      await turn(2);
      assert.ok(socket.closed);
      assert.equal(socket.text(), "dropped", "the host has it already");
    }));

  it("aborted, aborts the connection even while a write waits for a peer that does not read", () =>
    runQuietly(async () => {
      const { writer, socket } = await open();
      const web = toWritableStream(writer).getWriter();
      const write = web.write(new Uint8Array(1 << 20));
      await turn(2);
      const aborting = web.abort("enough");
      await turn(2);
      assert.ok(socket.closed);
      await until(Promise.all([write, aborting]));
      await assert.rejects(async () => await until(web.write("more")), (error) => (error as unknown) === "enough");
    }));

  it("fails when the connection is lost, also while nothing is written", () =>
    runQuietly(async () => {
      for (const error of [new ConnectionResetError("gone"), null]) {
        const { writer, socket } = await open();
        const web = toWritableStream(writer).getWriter();
        const closed = assert.rejects(web.closed, error ?? ConnectionResetError);
        web.ready.catch(() => {});
        socket.gone(error);
        await until(closed);
        await assert.rejects(async () => await until(web.write("x")), error ?? ConnectionResetError);
      }
    }));

  it("fails when it is written to after the writer was closed, and for what is no data", () =>
    runQuietly(async () => {
      const { writer } = await open();
      const web = toWritableStream(writer).getWriter();
      web.ready.catch(() => {});
      web.closed.catch(() => {});
      writer.close();
      await assert.rejects(async () => await until(web.write("x")), /ConnectionResetError: Connection lost/);
      const other = await open();
      const second = toWritableStream(other.writer).getWriter();
      second.ready.catch(() => {});
      second.closed.catch(() => {});
      await assert.rejects(async () => await until(second.write(7 as unknown as Data)), /TypeError: Cannot write/);
      other.transport.abort();
      await turn(2);
    }));

  it("closes the connection, and waits for that, where there is no half-closed one", () =>
    runQuietly(async () => {
      const { writer, socket, transport } = await open();
      transport.canWriteEof = () => false;
      const web = toWritableStream(writer).getWriter();
      await until(web.write("last"));
      let closed = false;
      const closing = web.close().then(() => closed = true);
      await turn(5);
      assert.deepEqual([transport.isClosing(), closed], [true, false]);
      socket.take();
      await until(closing);
      await turn();
      assert.ok(socket.closed);
    }));

  it("refuses what is no writer, and a writer without a stream protocol", () =>
    runQuietly(async () => {
      assert.throws(
        () => toWritableStream({} as StreamWriter),
        /^TypeError: Cannot make a web stream: a StreamWriter was expected, got object$/,
      );
      const { transport } = makeTransport({});
      const writer = new StreamWriter(transport, transport.getProtocol(), null);
      assert.throws(
        () => toWritableStream(writer),
        /^TypeError: Cannot make a web stream: the writer's protocol is no StreamReaderProtocol$/,
      );
      transport.abort();
      await turn();
    }));
});

describe("fromReadableStream", () => {
  it("reads lines and bytes of a stream, to its end", () =>
    runQuietly(async () => {
      const { stream, stage, put } = played(9);
      for (const part of ["first li", "ne\nsec", "ond\nrest"]) put(part);
      stage.controller!.close();
      const reader = fromReadableStream(stream);
      assert.equal(text(await reader.readLine()), "first line\n");
      assert.equal(text(await reader.readExactly(3)), "sec");
      assert.equal(text(await reader.read()), "ond\nrest");
      assert.ok(reader.atEof());
    }));

  it("reads the body of a Response", () =>
    runQuietly(async () => {
      const body = new Response("hello\nworld\n").body!;
      const lines: string[] = [];
      for await (const line of fromReadableStream(body)) lines.push(text(line));
      assert.deepEqual(lines, ["hello\n", "world\n"]);
    }));

  it("asks for no more than twice the limit and a chunk, until somebody reads", () =>
    runQuietly(async () => {
      const { stream, stage, put } = played();
      const reader = fromReadableStream(stream);
      const chunk = new Uint8Array(16 * KIB);
      let given = 0;
      for (let idle = 0; idle < 10; idle++) {
        await until(new Promise((resolve) => setTimeout(resolve)));
        if (stage.asked === given) continue;
        idle = 0;
        given++;
        put(chunk);
      }
      assert.equal(given, 2 * 64 / 16 + 1);
      assert.equal((await reader.readExactly(5 * chunk.length)).length, 5 * chunk.length);
      while (stage.asked === given) await until(new Promise((resolve) => setTimeout(resolve)));
      reader.setException(new Error("enough"));
      await turn(2);
    }));

  it("fails with the stream, and wraps what is no error", () =>
    runQuietly(async () => {
      const error = new Error("broken");
      const one = played();
      const reader = fromReadableStream(one.stream);
      one.stage.controller!.error(error);
      await assert.rejects(async () => await reader.readLine(), error);
      const two = played();
      const other = fromReadableStream(two.stream);
      two.stage.controller!.error("broken");
      await assert.rejects(async () => await other.readLine(), (thrown) => thrown instanceof RuntimeError && thrown.cause === "broken");
    }));

  it("cancels the stream when the reader is made to fail, when it gives no data, and when the loop ends", async () => {
    const ended = played();
    await runQuietly(async () => {
      const failed = played();
      const error = new Error("enough");
      fromReadableStream(failed.stream).setException(error);
      await turn();
      assert.deepEqual(failed.stage.cancelled, [error]);

      const odd = played();
      const reader = fromReadableStream(odd.stream);
      odd.stage.controller!.enqueue(7 as unknown as Uint8Array);
      await assert.rejects(async () => await reader.read(1), /TypeError: Cannot read from the web stream/);
      await turn();
      assert.equal(odd.stage.cancelled.length, 1);

      fromReadableStream(ended.stream);
      await turn();
      assert.deepEqual(ended.stage.cancelled, []);
    });
    assert.deepEqual(ended.stage.cancelled, [undefined]);
  });

  it("goes both ways: cancelling the stream of the reader of a stream cancels that, with the reason", () =>
    runQuietly(async () => {
      const { stream, stage, put } = played();
      const web = toReadableStream(fromReadableStream(stream)).getReader();
      put("x");
      assert.equal(text((await until(web.read())).value!), "x");
      await until(web.cancel("enough"));
      assert.deepEqual(stage.cancelled, ["enough"]);
    }));

  it("refuses what is no stream, and one that is locked", () =>
    runQuietly(async () => {
      assert.throws(
        () => fromReadableStream({} as ReadableStream),
        /^TypeError: Cannot make a reader: a ReadableStream was expected, got object$/,
      );
      const { stream } = played();
      stream.getReader();
      assert.throws(() => fromReadableStream(stream), /^TypeError: Cannot make a reader: the stream is locked$/);
      await turn();
    }));
});

describe("web streams over a real socket", () => {
  it("an echo server is one pipe, 5 MB come back whole", () =>
    runQuietly(async () => {
      const size = 5_000_000;
      const done = new Event();
      const server = await startServer(
        async (reader, writer) => {
          await until(toReadableStream(reader).pipeTo(toWritableStream(writer)));
          done.set();
        },
        "127.0.0.1",
        0,
      );
      const [reader, writer] = await openConnection("127.0.0.1", server.sockets[0]!.address.port);
      const source = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < size; at += 50_000) controller.enqueue(new Uint8Array(50_000).fill(at / 50_000));
          controller.close();
        },
      });
      const sending = createTask(() => until(source.pipeTo(toWritableStream(writer))));
      const all = await reader.read();
      await sending;
      await done.wait();
      assert.equal(all.length, size);
      assert.equal(all.findIndex((byte, at) => byte !== Math.floor(at / 50_000) % 256), -1);
      writer.close();
      await writer.waitClosed();
      server.close();
      await server.waitClosed();
    }));
});
