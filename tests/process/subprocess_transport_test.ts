import process from "node:process";
import {
  createSubprocessExec,
  DEVNULL,
  type EventLoop,
  type Future,
  getRunningLoop,
  PIPE,
  ProcessLookupError,
  type ReadTransport,
  sleep,
  SubprocessProtocol,
  type SubprocessTransport,
  type WriteTransport,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runHost } from "../_kit/loop.ts";
import { eventually, isAlive, openDescriptors, openedOnce, text } from "./_support.ts";

/** Keeps a log of its calls; output is joined. */
class LoggingProtocol extends SubprocessProtocol {
  readonly log: string[] = [];
  readonly output: [stdin: never[], stdout: Uint8Array[], stderr: Uint8Array[]] = [[], [], []];
  readonly ended: Future<void> = getRunningLoop().createFuture<void>();
  readonly exited: Future<void> = getRunningLoop().createFuture<void>();
  transport: SubprocessTransport | null = null;
  /** Called for each piece of output. */
  onOutput: () => void = () => {};

  override connectionMade(transport: SubprocessTransport): void {
    this.transport = transport;
    this.log.push("made");
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    assert.ok(data.length > 0);
    this.output[fd as 1 | 2].push(data);
    this.onOutput();
  }

  override pipeConnectionLost(fd: number, error: Error | null): void {
    this.log.push(`pipe ${fd} lost ${error}`);
  }

  override processExited(): void {
    this.log.push(`exited ${this.transport!.getReturncode()}`);
    this.exited.setResult(undefined);
  }

  override connectionLost(error: Error | null): void {
    this.log.push(`lost ${error}`);
    this.ended.setResult(undefined);
  }

  override pauseWriting(): void {
    this.log.push("pause");
  }

  override resumeWriting(): void {
    this.log.push("resume");
  }

  text(fd: 1 | 2): string {
    return this.output[fd].map(text).join("");
  }
}

const shell = (loop: EventLoop, command: string, options = {}) => loop.subprocessShell(() => new LoggingProtocol(), command, options);

describe("the transport of a child process", () => {
  it("tells its protocol in asyncio's order", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "cat; echo error >&2; exit 3");
      assert.deepEqual(protocol.log, ["made"]);
      assert.equal(protocol.transport, transport);
      assert.equal(transport.getProtocol(), protocol);
      const stdin = transport.getPipeTransport(0) as WriteTransport;
      stdin.write("in");
      stdin.write("put");
      assert.equal(transport.getReturncode(), null);
      stdin.writeEof();
      await protocol.ended;
      assert.deepEqual([protocol.text(1), protocol.text(2)], ["input", "error\n"]);
      assert.equal(protocol.log[0], "made");
      assert.equal(protocol.log.at(-1), "lost null");
      assert.deepEqual(protocol.log.slice(1, -1).sort(), ["exited 3", "pipe 0 lost null", "pipe 1 lost null", "pipe 2 lost null"]);
      assert.equal(transport.getReturncode(), 3);
    }));

  it("has pipes by default, and none where none were asked for", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "true");
      for (const fd of [0, 1, 2]) assert.notEqual(transport.getPipeTransport(fd), null);
      assert.equal(transport.getPipeTransport(3), null);
      await protocol.ended;
      const [bare, other] = await shell(loop, "exit 2", { stdin: DEVNULL, stdout: "inherit", stderr: DEVNULL });
      assert.deepEqual([0, 1, 2].map((fd) => bare.getPipeTransport(fd)), [null, null, null]);
      await other.ended;
      assert.deepEqual(other.log, ["made", "exited 2", "lost null"]);
    }));

  it("knows the host's objects and its number", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await loop.subprocessExec(() => new LoggingProtocol(), "sh", ["-c", "echo $$"]);
      assert.equal((transport.getExtraInfo("subprocess") as { readonly pid: number }).pid, transport.getPid());
      assert.equal(transport.getExtraInfo("peername"), undefined);
      assert.equal(transport.getExtraInfo("peername", "none"), "none");
      assert.equal(typeof transport.getPipeTransport(1)!.getExtraInfo("pipe"), "object");
      assert.equal(transport.getPipeTransport(1)!.getExtraInfo("subprocess", 7), 7);
      assert.match(String(transport), /^<SubprocessTransport pid=\d+ running>$/);
      await protocol.ended;
      assert.equal(Number(protocol.text(1)), transport.getPid());
      assert.match(String(transport), /^<SubprocessTransport pid=\d+ returncode=0>$/);
      assert.match(String(transport.getPipeTransport(1)), /^<ReadTransport closed>$/);
      assert.match(String(transport.getPipeTransport(0)), /^<WriteTransport closed>$/);
    }));

  it("sends signals, and nothing once the child has ended", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "exec sleep 30");
      transport.sendSignal("SIGINT");
      await protocol.exited;
      await protocol.ended;
      assert.equal(transport.getReturncode(), -2);
      for (const send of [() => transport.kill(), () => transport.terminate(), () => transport.sendSignal("SIGHUP")]) {
        assert.throws(send, ProcessLookupError);
      }
    }));

  it("does nothing for a signal between the end of the child and that of its pipes", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "sleep 30 & echo $!");
      await protocol.exited;
      transport.kill();
      process.kill(Number(protocol.text(1)), "SIGKILL");
      await protocol.ended;
      assert.throws(() => transport.kill(), ProcessLookupError);
    }));

  it("kills the child and closes its pipes when it is closed", () =>
    runHost(async (loop) => {
      await openedOnce();
      const before = openDescriptors();
      const [transport, protocol] = await shell(loop, "trap '' TERM; sleep 30 & wait; sleep 30");
      assert.equal(transport.isClosing(), false);
      transport.close();
      transport.close();
      assert.equal(transport.isClosing(), true);
      await protocol.ended;
      assert.deepEqual(protocol.log.filter((line) => !line.startsWith("pipe")), ["made", "exited -9", "lost null"]);
      assert.deepEqual(protocol.log.filter((line) => line.startsWith("pipe")).sort(), [0, 1, 2].map((fd) => `pipe ${fd} lost null`));
      assert.equal(isAlive(transport.getPid()), false);
      await eventually(() => openDescriptors() <= before);
    }));

  it("does nothing more when it is closed after the end", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "exit 1");
      await protocol.ended;
      transport.close();
      await sleep(0);
      assert.equal(protocol.log.filter((line) => line.startsWith("lost")).length, 1);
    }));

  it("goes on with another protocol", () =>
    runHost(async (loop) => {
      const [transport, first] = await shell(loop, "cat");
      const second = new LoggingProtocol();
      second.transport = transport;
      transport.setProtocol(second);
      (transport.getPipeTransport(0) as WriteTransport).write("x");
      (transport.getPipeTransport(0) as WriteTransport).close();
      await second.ended;
      assert.deepEqual([first.log, second.text(1)], [["made"], "x"]);
    }));
});

describe("the pipes of a child", () => {
  it("hold back while reading is paused, the end too", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "printf first; read line; head -c 1000000 /dev/zero");
      const stdout = transport.getPipeTransport(1) as ReadTransport;
      const stdin = transport.getPipeTransport(0) as WriteTransport;
      const came = loop.createFuture<void>();
      protocol.onOutput = () => came.done() || came.setResult(undefined);
      await came;
      stdout.pauseReading();
      stdout.pauseReading();
      assert.equal(stdout.isReading(), false);
      stdin.write("go\n");
      // The output of another child, twice as long, is not held up.
      const other = await createSubprocessExec("head", ["-c", "2000000", "/dev/zero"], { stdout: PIPE });
      assert.equal((await other.communicate())[0]!.length, 2_000_000);
      assert.equal(protocol.text(1), "first");
      stdout.resumeReading();
      await protocol.ended;
      assert.equal(protocol.output[1].reduce((sum, chunk) => sum + chunk.length, 0), 1_000_005);
    }));

  it("that are paused and closed bring nothing more", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "echo $$; exec yes");
      const came = loop.createFuture<void>();
      protocol.onOutput = () => came.done() || came.setResult(undefined);
      await came;
      const stdout = transport.getPipeTransport(1) as ReadTransport;
      stdout.pauseReading();
      stdout.close();
      stdout.resumeReading();
      const before = protocol.output[1].length;
      await protocol.exited;
      (transport.getPipeTransport(0) as WriteTransport).close();
      await protocol.ended;
      assert.ok(protocol.output[1].length <= before + 1);
      assert.ok(transport.getReturncode() === -13 || transport.getReturncode() === 1, "a socket is reset, and yes says so");
    }));

  it("have water marks", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "read line; cat >/dev/null", { stdout: DEVNULL, stderr: DEVNULL });
      const stdin = transport.getPipeTransport(0) as WriteTransport;
      assert.deepEqual(stdin.getWriteBufferLimits(), { low: 16_384, high: 65_536 });
      stdin.setWriteBufferLimits({ high: 1000, low: 10 });
      stdin.writeLines([new Uint8Array(900), "", "x".repeat(100)]);
      assert.deepEqual([stdin.getWriteBufferSize(), protocol.log], [1000, ["made"]]);
      stdin.write("\n");
      assert.deepEqual(protocol.log, ["made", "pause"]);
      await eventually(() => protocol.log.length === 3);
      assert.deepEqual(protocol.log, ["made", "pause", "resume"]);
      assert.equal(stdin.canWriteEof(), true);
      stdin.write(new Uint8Array(500_000));
      stdin.close(); // what was written is still sent
      assert.equal(stdin.isClosing(), true);
      stdin.write("ignored");
      await protocol.ended;
      assert.deepEqual(protocol.log.slice(3), ["pause", "resume", "pipe 0 lost null", "exited 0", "lost null"]);
    }));

  it("drop what was written when they are aborted", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "read line; wc -c", { stderr: DEVNULL });
      const stdin = transport.getPipeTransport(0) as WriteTransport;
      stdin.write(`\n${"x".repeat(3_000_000)}`);
      stdin.abort();
      stdin.abort();
      assert.equal(stdin.getWriteBufferSize(), 0);
      await protocol.ended;
      assert.ok(Number(protocol.text(1)) < 1_000_000);
      assert.ok(protocol.log.includes("pipe 0 lost null"));
    }));

  it("tell of a child that reads no more", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "exec 0<&-; echo closed; exec sleep 30", { stderr: DEVNULL });
      const came = loop.createFuture<void>();
      protocol.onOutput = () => came.done() || came.setResult(undefined);
      await came;
      const stdin = transport.getPipeTransport(0) as WriteTransport;
      stdin.write("x");
      await eventually(() => stdin.isClosing());
      assert.equal(transport.getReturncode(), null);
      transport.kill();
      await protocol.ended;
      const lost = protocol.log.find((line) => line.startsWith("pipe 0"))!;
      assert.match(lost, /^pipe 0 lost BrokenPipeError: Cannot go on writing: .*\(EPIPE\)$/);
    }));

  it("report a protocol that fails, and go on", async () => {
    const reports: unknown[] = [];
    await runHost(async (loop) => {
      loop.setExceptionHandler((_loop, { exception }) => reports.push(exception));
      const error = new Error("of the protocol");
      const [, protocol] = await shell(loop, "echo out");
      protocol.onOutput = () => {
        throw error;
      };
      await protocol.ended;
      assert.deepEqual(reports, [error]);
    });
  });

  it("refuse what is no data", () =>
    runHost(async (loop) => {
      const [transport, protocol] = await shell(loop, "cat");
      const stdin = transport.getPipeTransport(0) as WriteTransport;
      assert.throws(() => stdin.write(7 as never), TypeError);
      assert.throws(() => stdin.writeLines(["x", null as never]), TypeError);
      stdin.close();
      await protocol.ended;
      assert.equal(protocol.text(1), "");
    }));
});
