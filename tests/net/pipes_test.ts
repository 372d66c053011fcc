import * as fs from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import {
  createSubprocessExec,
  createSubprocessShell,
  createTask,
  DEVNULL,
  type EventLoop,
  FileNotFoundError,
  type Future,
  gather,
  getRunningLoop,
  isCancelled,
  type OSError,
  PIPE,
  type PipeSource,
  Protocol,
  type ReadTransport,
  sleep,
  StreamReader,
  StreamReaderProtocol,
  StreamWriter,
  UnsupportedOperationError,
  type WriteTransport,
} from "../../mod.ts";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { runHost, runVirtual } from "../_kit/loop.ts";
import { commandOf } from "../_kit/program.ts";
import { eventually, openDescriptors, openedOnce, text, withFolder } from "../process/_support.ts";

/** Keeps a log of its calls. */
class LoggingProtocol extends Protocol {
  readonly log: string[] = [];
  readonly ended: Future<void> = getRunningLoop().createFuture<void>();
  override connectionMade(): void {
    this.log.push("made");
  }
  override dataReceived(data: Uint8Array): void {
    this.log.push(`data ${text(data)}`);
  }
  override eofReceived(): void {
    this.log.push("eof");
  }
  override connectionLost(error: Error | null): void {
    this.log.push(`lost ${error}`);
    this.ended.setResult(undefined);
  }
}

/** Calls `body` with the path of a new FIFO. */
function withFifo(body: (fifo: string, loop: EventLoop) => Promise<void>): Promise<void> {
  return withFolder((folder) =>
    runHost(async (loop) => {
      const fifo = `${folder}/fifo`;
      const made = await createSubprocessExec("mkfifo", [fifo]);
      assert.equal(await made.wait(), 0);
      await body(fifo, loop);
    })
  );
}

/** A reader of a pipe. */
async function readerOf(source: PipeSource): Promise<{ reader: StreamReader; transport: ReadTransport }> {
  const reader = new StreamReader();
  const [transport] = await getRunningLoop().connectReadPipe(() => new StreamReaderProtocol(reader), source);
  return { reader, transport };
}

/** A writer to a pipe. */
async function writerOf(target: PipeSource): Promise<StreamWriter> {
  const [transport, protocol] = await getRunningLoop().connectWritePipe(() => new StreamReaderProtocol(new StreamReader()), target);
  return new StreamWriter(transport, protocol, null);
}

const UPPER = new URL("./programs/upper.ts", import.meta.url);

describe("the standard streams", () => {
  it("are read and written", () =>
    runHost(async () => {
      const child = await createSubprocessExec(...commandOf(UPPER), { stdin: PIPE, stdout: PIPE, stderr: PIPE });
      const lines = Array.from({ length: 50_000 }, (_, n) => `this is line ${n}\n`).join("");
      const [stdout, stderr] = await child.communicate(lines);
      assert.equal(text(stderr), "50000 lines\n");
      assert.ok(text(stdout) === `${lines.toUpperCase()}run has ended\n`);
      assert.equal(child.returncode, 0);
    }));

  it("let the program end when they are closed, though nobody has ended them", () =>
    runHost(async () => {
      const child = await createSubprocessExec(...commandOf(UPPER, ["2"]), { stdin: PIPE, stdout: PIPE, stderr: DEVNULL });
      child.stdin!.write("one\ntwo\nthree\n");
      assert.equal(text(await child.stdout!.read()), "ONE\nTWO\nrun has ended\n");
      assert.equal(await child.wait(), 0);
    }));

  it("can be files and nothing", () =>
    withFolder((folder) =>
      runHost(async () => {
        fs.writeFileSync(`${folder}/in`, "in\n");
        const input = fs.openSync(`${folder}/in`, "r");
        for (const [stdin, expected] of [[input, "IN\nrun has ended\n"], [DEVNULL, "run has ended\n"]] as const) {
          const child = await createSubprocessExec(...commandOf(UPPER), { stdin, stdout: PIPE, stderr: DEVNULL });
          assert.equal(text((await child.communicate())[0]), expected);
        }
        fs.closeSync(input);
      })
    ));
});

describe("a FIFO", () => {
  it("is read, once somebody writes", () =>
    withFifo(async (fifo, loop) => {
      const connecting = createTask(() => loop.connectReadPipe(() => new LoggingProtocol(), fifo));
      const child = await createSubprocessShell(`exec >'${fifo}'; printf one; read line; printf two`, { stdin: PIPE });
      const [transport, protocol] = await connecting;
      assert.deepEqual(protocol.log, ["made"]);
      assert.equal(transport.isReading(), true);
      assert.notEqual(transport.getExtraInfo("pipe"), undefined);
      await eventually(() => protocol.log.length === 2);
      child.stdin!.write("\n");
      await protocol.ended;
      assert.deepEqual(protocol.log, ["made", "data one", "data two", "eof", "lost null"]);
      assert.equal(transport.isClosing(), true);
      assert.equal(await child.wait(), 0);
    }));

  it("is written, once somebody reads", () =>
    withFifo(async (fifo, loop) => {
      const connecting = createTask(() => loop.connectWritePipe(() => new LoggingProtocol(), pathToFileURL(fifo)));
      const child = await createSubprocessExec("cat", [fifo], { stdout: PIPE });
      const [transport, protocol] = await connecting;
      transport.write("one ");
      transport.writeLines(["two ", "three"]);
      transport.close();
      assert.equal(text((await child.communicate())[0]), "one two three");
      await protocol.ended;
      assert.deepEqual(protocol.log, ["made", "lost null"]);
    }));

  it("brings much, unharmed, between two ends of one loop, and its back-pressure", () =>
    withFifo(async (fifo) => {
      const size = 5_000_000;
      const data = new Uint8Array(size).map((_, index) => index % 251);
      const [{ reader }, writer] = await gather([() => readerOf(fifo), () => writerOf(fifo)]);
      let written = 0;
      const writing = createTask(async () => {
        for (; written < size; written += 50_000) {
          writer.write(data.subarray(written, written + 50_000));
          await writer.drain();
        }
        writer.close();
        await writer.waitClosed();
      });
      await reader.readExactly(1);
      const other = await createSubprocessExec("head", ["-c", "20000000", "/dev/zero"], { stdout: PIPE });
      await other.communicate();
      assert.ok(written < 2_000_000, `${written} bytes were written`);
      const rest = await reader.read();
      await writing;
      assert.ok(Buffer.from(data.subarray(1)).equals(rest));
    }));

  it("tells its writer that the reader has gone", () =>
    withFifo(async (fifo) => {
      const [writer, child] = await gather([() => writerOf(fifo), () => createSubprocessShell(`exec <'${fifo}'; read line`)]);
      writer.write("line\n");
      assert.equal(await child.wait(), 0);
      const write = async (): Promise<void> => {
        for (;;) {
          writer.write("x".repeat(100_000));
          await writer.drain();
        }
      };
      await assert.rejects(write(), { name: "BrokenPipeError", code: "EPIPE" });
      await assert.rejects(writer.waitClosed().then(() => {}), { code: "EPIPE" });
    }));

  it("can be closed while its writer says nothing", () =>
    withFifo(async (fifo, loop) => {
      await openedOnce();
      const before = openDescriptors();
      const child = await createSubprocessShell(`exec >'${fifo}'; exec sleep 30`);
      const [transport, protocol] = await loop.connectReadPipe(() => new LoggingProtocol(), fifo);
      await sleep(0);
      transport.close();
      await protocol.ended;
      assert.deepEqual(protocol.log, ["made", "lost null"]);
      if (runtimeName === "deno") child.kill(); // a read that is under way ends only so
      await eventually(() => openDescriptors() <= before + (runtimeName === "deno" ? 0 : 1));
      await child.stop();
    }));

  it("leaves nothing open when nobody comes to its other end", () =>
    withFifo(async (fifo, loop) => {
      await openedOnce();
      const before = openDescriptors();
      const others = Array.from({ length: 8 }, (_, n) => `${fifo}${n}`); // the last of one attempt would be the first of the next
      assert.equal(await (await createSubprocessExec("mkfifo", others)).wait(), 0);
      for (const turns of [0, 1, 2, 30]) {
        const reading = () => loop.connectReadPipe(() => new LoggingProtocol(), others.pop()!);
        const writing = () => loop.connectWritePipe(() => new LoggingProtocol(), others.pop()!);
        for (const connect of [reading, writing]) {
          const task = createTask<unknown>(connect);
          for (let turn = 0; turn < turns; turn++) await sleep(turn === 29 ? 20 : 0);
          task.cancel();
          await assert.rejects(task.then(() => {}), isCancelled);
        }
      }
      await eventually(() => openDescriptors() <= before);
      const [{ reader }, writer] = await gather([() => readerOf(fifo), () => writerOf(fifo)]);
      writer.write("still works");
      writer.close();
      assert.equal(text(await reader.read()), "still works");
    }));
});

describe("a file descriptor", () => {
  it("is read and written, and closed with its transport", () =>
    withFifo(async (fifo) => {
      await openedOnce();
      const before = openDescriptors();
      const writing = await createSubprocessShell(`exec >'${fifo}'; printf 'from a child'`);
      const { reader } = await readerOf(fs.openSync(fifo, "r"));
      assert.equal(text(await reader.read()), "from a child");
      assert.equal(await writing.wait(), 0);
      const reading = await createSubprocessExec("cat", [fifo], { stdout: PIPE });
      const writer = await writerOf(fs.openSync(fifo, "w"));
      writer.write("to a child");
      writer.close();
      assert.equal(text((await reading.communicate())[0]), "to a child");
      await writer.waitClosed();
      await eventually(() => openDescriptors() <= before);
    }));
});

describe("a character device", () => {
  it("is read and written", () =>
    runHost(async () => {
      const nothing = await readerOf("/dev/null");
      assert.equal((await nothing.reader.read()).length, 0);
      const zeros = await readerOf("/dev/zero");
      assert.equal((await zeros.reader.readExactly(1_000_000)).some((byte) => byte !== 0), false);
      zeros.transport.close();
      const writer = await writerOf("/dev/null");
      writer.write(new Uint8Array(1_000_000));
      await writer.drain();
      writer.close();
      await writer.waitClosed();
    }));
});

describe("a stream of the web", () => {
  it("is read, as fast as that is", () =>
    runHost(async () => {
      let pulled = 0;
      const source = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (pulled === 1000) return controller.close();
          controller.enqueue(new Uint8Array(10_000).fill(pulled++ % 256));
        },
      });
      const { reader, transport } = await readerOf(source);
      assert.equal(transport.getExtraInfo("pipe"), source);
      assert.equal((await reader.readExactly(1))[0], 0);
      for (let turn = 0; turn < 300; turn++) await sleep(0);
      assert.ok(pulled < 100, `${pulled} were pulled`);
      assert.equal((await reader.read()).length, 9_999_999);
    }));

  it("is written, as fast as that takes it, and ended", () =>
    runHost(async () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const { reader } = await readerOf(readable);
      const writer = await writerOf(writable);
      const sending = createTask(async () => {
        for (let n = 0; n < 100; n++) {
          writer.write(new Uint8Array(10_000).fill(n));
          await writer.drain();
        }
        writer.close();
        await writer.waitClosed();
      });
      const all = await reader.read();
      await sending;
      assert.deepEqual([all.length, all[0], all[500_000], all[999_999]], [1_000_000, 0, 50, 99]);
    }));

  it("passes its errors on", () =>
    runHost(async (loop) => {
      const error = new Error("of the stream");
      const failing = await readerOf(new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(error) }));
      await assert.rejects(failing.reader.read().then(() => {}), (failure: unknown) => (failure as OSError).cause === error);
      const words = await readerOf(new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue("text" as never) }));
      await assert.rejects(words.reader.read().then(() => {}), /the stream gave string where bytes were expected/);
      const [transport, protocol] = await loop.connectWritePipe(
        () => new LoggingProtocol(),
        new WritableStream({ write: () => Promise.reject(error) }),
      );
      transport.write("x");
      await protocol.ended;
      assert.match(protocol.log.at(-1)!, /^lost OSError: Cannot go on writing: of the stream/);
    }));

  it("is cancelled and aborted by close and abort", () =>
    runHost(async () => {
      const told: string[] = [];
      const { transport } = await readerOf(new ReadableStream<Uint8Array>({ cancel: () => void told.push("cancelled") }));
      transport.close();
      const sink = new WritableStream<Uint8Array>({ write: () => new Promise(() => {}), abort: () => void told.push("aborted") });
      const writer = await writerOf(sink);
      writer.write("x");
      await sleep(0);
      (writer.transport as WriteTransport).abort();
      await writer.waitClosed();
      await eventually(() => told.length > 0);
      assert.equal(told[0], "cancelled");
    }));
});

describe("what is no pipe", () => {
  it("is refused", () =>
    withFolder((folder) =>
      runHost(async (loop) => {
        fs.writeFileSync(`${folder}/file`, "text");
        await openedOnce();
        const before = openDescriptors();
        const read = (source: unknown) => loop.connectReadPipe(() => new Protocol(), source as PipeSource);
        const write = (target: unknown) => loop.connectWritePipe(() => new Protocol(), target as PipeSource);
        for (const connect of [read, write]) {
          await assert.rejects(connect(`${folder}/file`).then(() => {}), {
            name: "RangeError",
            message: /: only pipes, sockets and character devices can be used so$/,
          });
          await assert.rejects(connect(`${folder}/none`).then(() => {}), FileNotFoundError);
          await assert.rejects(connect(4321).then(() => {}), { code: "EBADF" });
          assert.throws(() => connect(""), RangeError);
          assert.throws(() => connect("a\0b"), RangeError);
          assert.throws(() => connect(-1), RangeError);
          assert.throws(() => connect(1.5), RangeError);
          assert.throws(() => connect(new URL("http://localhost/")), RangeError);
          for (const wrong of [null, undefined, {}, true]) assert.throws(() => connect(wrong), TypeError);
        }
        for (const wrong of ["stdout", "stderr", 1, 2]) assert.throws(() => read(wrong), /only written/);
        for (const wrong of ["stdin", 0]) assert.throws(() => write(wrong), /only read/);
        assert.throws(() => read(new WritableStream()), TypeError);
        assert.throws(() => write(new ReadableStream()), TypeError);
        const locked = new ReadableStream();
        locked.getReader();
        assert.throws(() => read(locked), /locked/);
        assert.throws(() => loop.connectReadPipe(null as never, "stdin"), TypeError);
        await eventually(() => openDescriptors() <= before);
      })
    ));

  it("closes what was opened when there is no protocol", () =>
    runHost(async (loop) => {
      await openedOnce();
      const before = openDescriptors();
      const none = (): Protocol => {
        throw new Error("no protocol");
      };
      await assert.rejects(loop.connectReadPipe(none, "/dev/zero").then(() => {}), /no protocol/);
      await assert.rejects(loop.connectWritePipe(none, "/dev/null").then(() => {}), /no protocol/);
      await eventually(() => openDescriptors() <= before);
    }));

  it("is any where the runtime has no pipes", () =>
    runVirtual(async (loop) => {
      await assert.rejects(loop.connectReadPipe(() => new Protocol(), "stdin").then(() => {}), UnsupportedOperationError);
    }));
});

if (runtimeName === "deno") {
  it("Deno's permissions for files are asked for at the call", async () => {
    const args = ["run", "--no-prompt", "--no-check", new URL("./programs/open_pipes.ts", import.meta.url).pathname];
    const { stdout, stderr } = await new Deno.Command(process.execPath, { args, env: { NO_COLOR: "1" }, stdin: "null" }).output();
    assert.deepEqual([text(stdout), text(stderr)], [
      [
        'PermissionError: Cannot read from /dev/zero: Requires read access to "/dev/zero", run again with the --allow-read flag',
        'PermissionError: Cannot write to /dev/null: Requires write access to "/dev/null", run again with the --allow-write flag',
        "",
      ].join("\n"),
      "",
    ]);
  });
}
