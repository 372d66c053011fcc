import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  ConnectionResetError,
  createTask,
  FileNotFoundError,
  getRunningLoop,
  isCancelled,
  openConnection,
  Protocol,
  RuntimeError,
  SendfileNotAvailableError,
  sleep,
  startServer,
  type StreamReader,
  type StreamWriter,
  type Transport,
  UnsupportedOperationError,
} from "../../mod.ts";
import type { FileDriver, FileHandle } from "../../src/runtime/file_driver.ts";
import type { Outcome } from "../../src/runtime/net_driver.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { afterEach, assert, beforeEach, describe, it } from "../_kit/mod.ts";
import { asClient, serverContext } from "./_tls_support.ts";
import { bytes, LoggingProtocol, makeTransport, runQuietly, runtimeWith, text } from "./_support.ts";

let folder = "";

function file(name: string): string {
  return join(folder, name);
}

/** What comes of a file that is sent to a reader. */
async function received(send: (transport: Transport) => PromiseLike<unknown>): Promise<Uint8Array> {
  const loop = getRunningLoop();
  let answer: Uint8Array = new Uint8Array(0);
  const server = await startServer(
    async (reader: StreamReader, writer: StreamWriter) => {
      answer = await reader.read();
      writer.close();
    },
    "127.0.0.1",
    0,
  );
  const { port } = server.sockets[0]!.address;
  const [transport] = await loop.createConnection(() => new Protocol(), { host: "127.0.0.1", port });
  await send(transport);
  transport.close();
  server.close();
  await server.waitClosed();
  return answer;
}

/** A file that a test plays: reads are answered when it says so. */
class TestFiles implements FileDriver {
  readonly reads: { readonly position: number; readonly size: number; readonly outcome: Outcome<Uint8Array> }[] = [];
  opened = 0;
  closed = 0;

  open(_file: unknown, outcome: Outcome<FileHandle>): () => void {
    queueMicrotask(() => {
      this.opened++;
      outcome(null, {
        read: (position, size, outcome) => void this.reads.push({ position, size, outcome }),
        close: () => void this.closed++,
      });
    });
    return () => {};
  }
}

/** One turn of the loop, or several. */
async function turn(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

describe("sendfile", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tsyncio-sendfile-"));
    writeFileSync(file("ten"), "0123456789");
    writeFileSync(file("empty"), "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("sends a file, given by its path or its URL, and gives how much that was", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const answer = await received(async (transport) => {
        transport.write("before ");
        assert.equal(await loop.sendfile(transport, file("ten")), 10);
        transport.write(" between ");
        assert.equal(await loop.sendfile(transport, pathToFileURL(file("ten"))), 10);
        transport.write(" after");
      });
      assert.equal(text(answer), "before 0123456789 between 0123456789 after");
    }));

  it("sends a part of it", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const counts: number[] = [];
      const parts = [{ offset: 7 }, { count: 3 }, { offset: 2, count: 3 }, { offset: 8, count: 100 }, { offset: 10 }, { offset: 11 }];
      const answer = await received(async (transport) => {
        for (const part of parts) counts.push(await loop.sendfile(transport, file("ten"), part));
        counts.push(await loop.sendfile(transport, file("empty")));
      });
      assert.deepEqual(counts, [3, 3, 3, 2, 0, 0, 0]);
      assert.equal(text(answer), "78901223489");
    }));

  it("sends 20 MB, no faster than the peer takes it, whole and in order", () =>
    runQuietly(async () => {
      const size = 20_000_003;
      writeFileSync(file("large"), Uint8Array.from({ length: size }, (_, i) => i % 253));
      const loop = getRunningLoop();
      let most = 0;
      const answer = await received(async (transport) => {
        const write = transport.write.bind(transport);
        transport.write = (data) => {
          write(data);
          most = Math.max(most, transport.getWriteBufferSize());
        };
        assert.equal(await loop.sendfile(transport, file("large")), size);
      });
      assert.ok(most <= 128 * 1024, `the transport held ${most} bytes`);
      assert.equal(answer.length, size);
      assert.equal(answer.findIndex((byte, i) => byte !== i % 253), -1);
    }));

  it("works with streams, whose drain then waits for the file as well", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const fd = openSync(file("sparse"), "w");
      ftruncateSync(fd, 3_000_000);
      closeSync(fd);
      const server = await startServer(
        function* (_reader, writer) {
          yield* loop.sendfile(writer.transport, file("sparse"));
          writer.write("the end");
          yield* writer.drain();
          writer.close();
        },
        "127.0.0.1",
        0,
      );
      const [reader, writer] = await openConnection("127.0.0.1", server.sockets[0]!.address.port);
      assert.equal((await reader.readExactly(3_000_000)).findIndex((byte) => byte !== 0), -1);
      assert.equal(text(await reader.read()), "the end");
      writer.close();
      await writer.waitClosed();
      server.close();
      await server.waitClosed();
    }));

  it("works over TLS", () =>
    runQuietly(async () => {
      const size = 1_000_000;
      writeFileSync(file("large"), Uint8Array.from({ length: size }, (_, i) => i % 253));
      const server = await startServer(
        function* (_reader, writer) {
          yield* getRunningLoop().sendfile(writer.transport, file("large"), { offset: 253 });
          writer.close();
        },
        "127.0.0.1",
        0,
        { ssl: serverContext() },
      );
      const [reader, writer] = await openConnection("127.0.0.1", server.sockets[0]!.address.port, asClient());
      const all = await reader.read();
      assert.equal(all.length, size - 253);
      assert.equal(all.findIndex((byte, i) => byte !== i % 253), -1);
      writer.close();
      await writer.waitClosed();
      server.close();
      await server.waitClosed();
    }));

  it("without fallback is not available, told at the call", () =>
    runQuietly(async () => {
      const { transport } = makeTransport(new Protocol());
      assert.throws(
        () => getRunningLoop().sendfile(transport, "x", { fallback: false }),
        (error) => error instanceof SendfileNotAvailableError && error instanceof RuntimeError && error.code === "SENDFILE_NOT_AVAILABLE",
      );
      transport.abort();
      await turn();
    }));

  it("refuses what cannot be right, at the call", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const { transport } = makeTransport(new Protocol());
      const refused = (args: unknown[], error: typeof TypeError | typeof RangeError, message: RegExp) =>
        assert.throws(
          () => (loop.sendfile as (...args: unknown[]) => unknown)(...args),
          (thrown) => thrown instanceof error && message.test(thrown.message),
        );
      refused([{}, "x"], TypeError, /a transport that writes was expected, got object/);
      refused([transport, 7], TypeError, /its path or URL was expected, got number/);
      refused([transport, ""], RangeError, /its path is empty/);
      refused([transport, new URL("http://localhost/x")], RangeError, /is no URL of a file/);
      refused([transport, "x", { offset: -1 }], RangeError, /offset must be a whole number >= 0, not -1/);
      refused([transport, "x", { offset: "1" }], TypeError, /offset is no number but string/);
      refused([transport, "x", { count: 0 }], RangeError, /count must be a whole number >= 1, not 0/);
      refused([transport, "x", { count: 1.5 }], RangeError, /count must be a whole number >= 1, not 1.5/);
      refused([transport, "x", { fallback: 1 }], TypeError, /fallback is no boolean but number/);
      transport.abort();
      await turn();
    }));

  it("throws for a file that is not there, for a folder and for a transport that is closing, and leaves the protocol alone", () =>
    runQuietly(async () => {
      const loop = getRunningLoop();
      const protocol = new Protocol();
      const { transport } = makeTransport(protocol);
      await turn();
      await assert.rejects(
        async () => await loop.sendfile(transport, file("nowhere")),
        (error) => error instanceof FileNotFoundError && error.code === "ENOENT" && error.path === file("nowhere"),
      );
      await assert.rejects(async () => await loop.sendfile(transport, folder), (error) => (error as { code?: string }).code === "EISDIR");
      assert.equal(transport.getProtocol(), protocol);
      assert.ok(transport.isReading());
      transport.close();
      await assert.rejects(async () => await loop.sendfile(transport, file("ten")), RuntimeError);
      await turn();
    }));

  it("is refused on a runtime without files", async () => {
    const { files: _files, ...runtime } = runtimeWith(undefined);
    await runQuietly(async () => {
      const { transport } = makeTransport(new Protocol());
      await assert.rejects(async () => await getRunningLoop().sendfile(transport, "x"), UnsupportedOperationError);
      transport.abort();
      await turn();
    }, { runtime });
  });
});

describe("sendfile, over a socket and a file that a test plays", () => {
  const BLOCK = 64 * 1024;

  /** Sends with a transport whose marks are 2 and 1 blocks. */
  async function sending(body: (stage: Stage) => Promise<void>): Promise<void> {
    const files = new TestFiles();
    const runtime: Runtime = { ...runtimeWith(undefined), files };
    await runQuietly(async () => body(await stageWith(files)), { runtime });
    assert.equal(files.closed, files.opened);
  }

  type Stage = Awaited<ReturnType<typeof stageWith>>;

  async function stageWith(files: TestFiles) {
    const protocol = new LoggingProtocol();
    const { socket, transport } = makeTransport(protocol);
    transport.setWriteBufferLimits({ high: BLOCK, low: 0 });
    await turn();
    const task = createTask(() => getRunningLoop().sendfile(transport, "x"));
    while (files.reads.length < 1) await turn();
    return { files, protocol, socket, transport, task, answer: (block: Uint8Array) => files.reads.at(-1)!.outcome(null, block) };
  }

  it("reads a block when there is room for it, and not before", () =>
    sending(async ({ files, socket, task, answer }) => {
      answer(new Uint8Array(BLOCK));
      await turn(3);
      assert.deepEqual(files.reads.map(({ position, size }) => [position, size]), [[0, BLOCK], [BLOCK, BLOCK]]);
      answer(new Uint8Array(BLOCK));
      await turn(5);
      assert.equal(files.reads.length, 2, "the socket has taken nothing");
      socket.take();
      await turn(3);
      assert.equal(files.reads.length, 3);
      answer(new Uint8Array(0));
      assert.equal(await task, 2 * BLOCK);
    }));

  it("receives nothing meanwhile, and all of it afterwards", () =>
    sending(async ({ protocol, socket, task, answer }) => {
      socket.data("answer");
      socket.end();
      await turn(3);
      assert.deepEqual(protocol.log, ["made"]);
      answer(new Uint8Array(0));
      await task;
      await turn(3);
      assert.deepEqual(protocol.log, ["made", "data answer", "eof", "lost"]);
    }));

  it("does not resume what was paused before", () =>
    runQuietly(async () => {
      const files = new TestFiles();
      const protocol = new LoggingProtocol();
      const { transport } = makeTransport(protocol);
      await turn();
      transport.pauseReading();
      const task = createTask(() => getRunningLoop().sendfile(transport, "x"));
      await assert.rejects(async () => await task, FileNotFoundError);
      assert.equal(transport.isReading(), false);
      assert.equal(files.opened, 0);
      transport.abort();
      await turn();
    }));

  it("tells the protocol afterwards to pause, and to resume, if it has missed that", () =>
    sending(async ({ protocol, socket, transport, task, answer }) => {
      answer(new Uint8Array(2 * BLOCK));
      await turn(3);
      task.cancel();
      await assert.rejects(async () => await task, isCancelled);
      assert.deepEqual(protocol.log, ["made", "pauseWriting"]);
      const again = createTask(() => getRunningLoop().sendfile(transport, "x"));
      await turn(3);
      socket.take();
      await turn(3);
      again.cancel();
      await assert.rejects(async () => await again, isCancelled);
      assert.deepEqual(protocol.log, ["made", "pauseWriting", "resumeWriting"]);
      transport.abort();
      await turn();
    }));

  it("fails when the connection is lost, which the protocol is told too", () =>
    sending(async ({ protocol, socket, task, answer }) => {
      answer(new Uint8Array(2 * BLOCK));
      await turn(3);
      const error = new ConnectionResetError("gone");
      socket.gone(error);
      await assert.rejects(
        async () => await task,
        (thrown) => thrown instanceof ConnectionResetError && thrown.message === "Connection closed by peer" && thrown.cause === error,
      );
      assert.deepEqual(protocol.log, ["made", "lost ConnectionResetError"]);
    }));

  it("fails when the transport is closed while a block is read, and drops that", () =>
    sending(async ({ socket, transport, task, answer }) => {
      transport.abort();
      answer(bytes("late"));
      await assert.rejects(async () => await task, ConnectionResetError);
      assert.equal(socket.text(), "");
    }));

  it("passes the error of a read on", () =>
    sending(async ({ files, protocol, transport, task }) => {
      const error = new FileNotFoundError("the disk is gone");
      files.reads[0]!.outcome(error, null);
      await assert.rejects(async () => await task, error);
      assert.equal(transport.getProtocol(), protocol);
      transport.abort();
      await turn();
    }));

  it("cancelled while it reads, closes the file and leaves the connection", () =>
    sending(async ({ files, protocol, transport, task, answer }) => {
      task.cancel();
      await assert.rejects(async () => await task, isCancelled);
      assert.equal(files.closed, 1);
      assert.equal(transport.getProtocol(), protocol);
      answer(bytes("late"));
      assert.equal(transport.isClosing(), false);
      assert.ok(transport.isReading());
      transport.abort();
      await turn();
    }));
});
