import {
  createSubprocessExec,
  createTask,
  EventLoop,
  isCancelled,
  PIPE,
  type Process,
  sleep,
  SubprocessProtocol,
  type WriteTransport,
} from "../../mod.ts";
import type { Abandon, Outcome } from "../../src/runtime/net_driver.ts";
import type { ReadPipe, ReadPipeEvents, WritePipe, WritePipeEvents } from "../../src/runtime/pipe_driver.ts";
import type { ProcessDriver, ProcessHandle, SpawnOptions } from "../../src/runtime/process_driver.ts";
import { VirtualRuntime } from "../../src/testing/virtual_runtime.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { text } from "./_support.ts";

/** The end of a pipe that a test plays the host of. */
class TestPipe implements ReadPipe, WritePipe {
  readonly native: unknown = "the host's pipe";
  readonly asked: string[] = [];
  events: (ReadPipeEvents & WritePipeEvents) | null = null;
  start(events: ReadPipeEvents | WritePipeEvents): void {
    this.asked.push("start");
    this.events = events as ReadPipeEvents & WritePipeEvents;
  }
  pause(): void {
    this.asked.push("pause");
  }
  resume(): void {
    this.asked.push("resume");
  }
  write(chunk: Uint8Array): void {
    this.asked.push(`write ${text(chunk)}`);
  }
  close(): void {
    this.asked.push("close");
  }
}

/** A process that a test plays the host of. */
class TestProcess implements ProcessHandle {
  readonly pid: number = 4711;
  readonly native: unknown = "the host's process";
  readonly stdin: TestPipe = new TestPipe();
  readonly stdout: TestPipe = new TestPipe();
  readonly stderr: TestPipe | null = null;
  readonly asked: string[] = [];
  /** Which signals end it. */
  readonly mortal: ReadonlySet<string>;
  exit!: (returncode: number) => void;
  readonly exited: Promise<number> = new Promise((resolve) => this.exit = resolve);

  constructor(mortal: readonly string[] = ["SIGTERM", "SIGKILL"]) {
    this.mortal = new Set(mortal);
  }

  kill(signal: string): boolean {
    this.asked.push(signal);
    if (this.mortal.has(signal)) this.exit(signal === "SIGKILL" ? -9 : -15);
    return true;
  }

  killGroup(signal: string | 0): boolean {
    this.asked.push(`group ${signal}`);
    return false;
  }

  release(): void {
    this.asked.push("release");
  }
}

/** Starts what it is given, when it is told to. */
class TestProcesses implements ProcessDriver {
  readonly process: TestProcess;
  abandoned = false;
  options: SpawnOptions | null = null;
  outcome: Outcome<ProcessHandle> | null = null;
  /** Whether it starts at once. */
  readonly prompt: boolean;

  constructor(process: TestProcess, prompt = true) {
    this.process = process;
    this.prompt = prompt;
  }

  spawn(options: SpawnOptions, outcome: Outcome<ProcessHandle>): Abandon {
    this.options = options;
    this.outcome = outcome;
    if (this.prompt) queueMicrotask(() => outcome(null, this.process));
    return () => {
      this.abandoned = true;
    };
  }
}

/** A loop in virtual time that has these processes. */
function loopWith(processes: ProcessDriver): EventLoop {
  const runtime = Object.assign(new VirtualRuntime(), { processes });
  return new EventLoop({ runtime });
}

const OPTIONS = { stdin: PIPE, stdout: PIPE } as const;

/** Runs `body` with a process, in virtual time. */
async function withProcess(process: TestProcess, body: (child: Process, loop: EventLoop) => Promise<void>): Promise<void> {
  const loop = loopWith(new TestProcesses(process));
  await loop.runUntilComplete(async () => await body(await createSubprocessExec("program", [], OPTIONS), loop));
  loop.close();
}

describe("a process of the host", () => {
  it("gets what it was asked to be", async () => {
    const processes = new TestProcesses(new TestProcess());
    const loop = loopWith(processes);
    await loop.runUntilComplete(() =>
      createSubprocessExec("program", ["a", "b"], {
        ...OPTIONS,
        stderr: 7,
        cwd: "/",
        env: { A: "1" },
        uid: 1,
        gid: 2,
        startNewSession: true,
      })
    );
    assert.deepEqual(processes.options, {
      program: "program",
      args: ["a", "b"],
      stdin: "pipe",
      stdout: "pipe",
      stderr: 7,
      cwd: "/",
      env: { A: "1" },
      uid: 1,
      gid: 2,
      newSession: true,
    });
    loop.close();
  });

  it("is asked for no more when waiting for it is cancelled", async () => {
    const processes = new TestProcesses(new TestProcess(), false);
    const loop = loopWith(processes);
    await loop.runUntilComplete(async () => {
      const task = createTask(() => createSubprocessExec("program", [], OPTIONS));
      await sleep(1);
      task.cancel();
      await assert.rejects(task.then(() => {}), isCancelled);
    });
    assert.equal(processes.abandoned, true);
    loop.close();
  });

  it("is killed when it comes after that", async () => {
    const process = new TestProcess();
    const processes = new TestProcesses(process, false);
    const loop = loopWith(processes);
    await loop.runUntilComplete(async () => {
      const task = createTask(() => createSubprocessExec("program", [], OPTIONS));
      await sleep(1);
      processes.outcome!(null, process); // and in the same turn
      task.cancel();
      await assert.rejects(task.then(() => {}), isCancelled);
      await sleep(1);
    });
    assert.deepEqual(process.asked, ["SIGKILL"]);
    assert.deepEqual([process.stdin.asked, process.stdout.asked], [["close"], ["close"]]);
    loop.close();
  });

  it("is left alone by the end of the loop, but for its pipes", async () => {
    const process = new TestProcess();
    await withProcess(process, async () => {
      await sleep(1);
    });
    assert.deepEqual(process.asked, ["release"]);
    assert.deepEqual([process.stdin.asked, process.stdout.asked], [["start", "close"], ["start", "close"]]);
  });

  it("ends the pipe to it with an error where that holds something", () =>
    withProcess(new TestProcess(), async (child, loop) => {
      child.stdin!.write("lost");
      await sleep(1);
      child.kill();
      assert.equal(await child.wait(), -9);
      await assert.rejects(child.stdin!.waitClosed().then(() => {}), { name: "BrokenPipeError", code: "EPIPE" });
      assert.equal(child.stdin!.isClosing(), true);
      assert.equal(loop.isRunning(), true);
    }));

  it("may end before its output does, which is not lost", () => {
    const process = new TestProcess();
    return withProcess(process, async (child) => {
      await sleep(1);
      process.exit(3);
      assert.equal(await child.wait(), 3);
      process.stdout.events!.onData(new TextEncoder().encode("late"));
      process.stdout.events!.onEnd();
      assert.equal(text(await child.stdout!.read()), "late");
      assert.deepEqual(process.stdout.asked, ["start", "close"]);
    });
  });

  it("is paused while too much is unread, and gives the rest later", () => {
    const process = new TestProcess();
    return withProcess(process, async (child) => {
      await sleep(1);
      process.stdout.events!.onData(new Uint8Array(200_000));
      await sleep(1);
      process.stdout.events!.onData(new Uint8Array(100_000)); // it was read already
      process.stdout.events!.onEnd();
      await sleep(1);
      assert.deepEqual(process.stdout.asked, ["start", "pause"]);
      process.exit(0);
      assert.equal(await child.wait(), 0);
      assert.equal((await child.stdout!.read()).length, 300_000);
    });
  });

  it("that has failed to be read tells the error", () => {
    const process = new TestProcess();
    const error = new Error("of the host");
    return withProcess(process, async (child) => {
      await sleep(1);
      process.stdout.events!.onError(error);
      await assert.rejects(child.stdout!.read().then(() => {}), (failure) => failure === error);
      child.kill();
      await child.wait();
    });
  });

  it("has as long as its grace to end", () => {
    const process = new TestProcess(["SIGKILL"]);
    return withProcess(process, async (child, loop) => {
      const from = loop.time();
      assert.equal(await child.stop(), -9);
      assert.equal(loop.time() - from, 5000);
      assert.deepEqual(process.asked, ["SIGTERM", "SIGKILL"]);
    });
  });

  it("is not killed when it ends in time", () => {
    const process = new TestProcess(["SIGKILL"]);
    return withProcess(process, async (child, loop) => {
      const from = loop.time();
      loop.callLater(70, () => process.exit(0));
      assert.equal(await child.stop({ grace: Infinity }), 0);
      assert.equal(loop.time() - from, 70);
      assert.deepEqual(process.asked, ["SIGTERM"]);
    });
  });

  it("tells the protocol in turns of their own, in order", async () => {
    const process = new TestProcess();
    const loop = loopWith(new TestProcesses(process));
    const log: string[] = [];
    class Logging extends SubprocessProtocol {
      override connectionMade(): void {
        log.push("made");
      }
      override pipeDataReceived(fd: number, data: Uint8Array): void {
        log.push(`${fd}: ${text(data)}`);
      }
      override pipeConnectionLost(fd: number, error: Error | null): void {
        log.push(`${fd} lost ${error}`);
      }
      override processExited(): void {
        log.push("exited");
      }
      override connectionLost(error: Error | null): void {
        log.push(`lost ${error}`);
      }
    }
    await loop.runUntilComplete(async () => {
      const [transport] = await loop.subprocessExec(() => new Logging(), "program", [], { stderr: "inherit" });
      (transport.getPipeTransport(0) as WriteTransport).write("x");
      await sleep(1);
      const { stdin, stdout } = process;
      stdin.events!.onWritten(1);
      stdout.events!.onData(new TextEncoder().encode("one"));
      stdout.events!.onData(new TextEncoder().encode("two"));
      process.exit(0);
      await sleep(1);
      stdout.events!.onEnd();
      await sleep(1);
      assert.deepEqual(stdin.asked, ["start", "write x", "close"]);
    });
    assert.deepEqual(log, ["made", "1: one", "1: two", "exited", "0 lost null", "1 lost null", "lost null"]);
    loop.close();
    assert.deepEqual(process.asked, []);
  });
});
