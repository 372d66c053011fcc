import * as fs from "node:fs";
import process from "node:process";
import {
  type Awaitable,
  createSubprocessExec,
  createSubprocessShell,
  createTask,
  DEVNULL,
  FileNotFoundError,
  getRunningLoop,
  isCancelled,
  OSError,
  PermissionError,
  PIPE,
  type SignalName,
  sleep,
  STDOUT,
  type SubprocessOptions,
  SubprocessProtocol,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runHost } from "../_kit/loop.ts";
import { commandOf } from "../_kit/program.ts";
import { eventually, openDescriptors, openedOnce, text, withFolder, zombies } from "./_support.ts";

/** The error that something asynchronous fails with. */
async function errorOf(wanted: Awaitable<unknown>): Promise<OSError> {
  try {
    await wanted;
  } catch (error) {
    assert.ok(error instanceof OSError, String(error));
    return error;
  }
  throw new Error("it did not fail");
}

/** All the ways in which a process can be started. */
function starts(program: string, options: SubprocessOptions = {}): (() => Awaitable<unknown>)[] {
  return [
    () => createSubprocessExec(program, [], options),
    () => createSubprocessExec(program, [], { ...options, stdin: PIPE, stdout: PIPE, stderr: PIPE }),
    () => createSubprocessExec(program, [], { ...options, stdout: PIPE, stderr: STDOUT }),
    () => createSubprocessExec(program, [], { ...options, stdin: 0, stdout: DEVNULL, stderr: STDOUT }),
    () => getRunningLoop().subprocessExec(() => new SubprocessProtocol(), program, [], options),
  ];
}

/** Runs `body`, and fails if it leaves a descriptor or a child behind. */
function leavingNothing(body: () => Promise<void>): Promise<void> {
  return runHost(async () => {
    await openedOnce();
    const before = openDescriptors();
    await body();
    await eventually(() => openDescriptors() <= before);
    assert.deepEqual(zombies(), []);
  });
}

describe("a process that cannot be started", () => {
  it("for there is no such program, is a FileNotFoundError that names it", () =>
    leavingNothing(async () => {
      for (const program of ["/no/such/program", "no-such-program", "./no-such-program"]) {
        for (const start of starts(program)) {
          const error = await errorOf(start());
          assert.ok(error instanceof FileNotFoundError);
          assert.equal(error.message, `Cannot start ${program}: there is no such file (ENOENT)`);
          assert.deepEqual([error.code, error.path], ["ENOENT", program]);
        }
      }
    }));

  it("for there is no such folder, is an error that names that", () =>
    leavingNothing(async () => {
      for (const [cwd, code] of [["/no/such/folder", "ENOENT"], ["/etc/passwd", "ENOTDIR"]] as const) {
        for (const start of starts("true", { cwd })) {
          const error = await errorOf(start());
          assert.equal(error.message, `Cannot start true: there is no directory ${cwd} (${code})`);
          assert.deepEqual([error.code, error.path, error instanceof FileNotFoundError], [code, cwd, code === "ENOENT"]);
        }
      }
    }));

  it("for it is not executable, is a PermissionError", () =>
    leavingNothing(() =>
      withFolder(async (folder) => {
        fs.writeFileSync(`${folder}/text`, "echo hello\n", { mode: 0o644 });
        for (const program of [`${folder}/text`, folder]) {
          for (const start of starts(program)) {
            const error = await errorOf(start());
            assert.ok(error instanceof PermissionError);
            assert.equal(error.message, `Cannot start ${program}: permission denied (EACCES)`);
          }
        }
      })
    ));

  it("for its arguments are too long, is an OSError", () =>
    leavingNothing(async () => {
      const error = await errorOf(createSubprocessExec("true", ["x".repeat(3_000_000)]));
      assert.match(error.message, /^Cannot start true: /);
    }));

  it("for a file descriptor is not open, is an OSError", () =>
    leavingNothing(async () => {
      const error = await errorOf(createSubprocessExec("true", [], { stdout: 4321 }));
      assert.match(error.message, /^Cannot start true: /);
    }));

  it("for there are no more file descriptors, is an OSError, and others start as soon as there are", () =>
    runHost(async () => {
      const [command, args] = commandOf(new URL("./programs/no_descriptors.ts", import.meta.url));
      const script = 'ulimit -n 100; exec "$0" "$@"';
      const child = await createSubprocessExec("sh", ["-c", script, command, ...args], { stdout: PIPE, stderr: PIPE });
      const [stdout, stderr] = await child.communicate();
      assert.deepEqual([text(stderr), child.returncode], ["", 0]);
      const lines = text(stdout)!.trimEnd().split("\n");
      assert.equal(lines[0], "EMFILE EMFILE");
      assert.equal(lines.at(-1), "0 0");
      for (const line of lines) assert.match(line, /^(EMFILE EMFILE|0 EMFILE|EMFILE 0|0 0)$/);
    }));

  it("as another user, is a PermissionError", () =>
    leavingNothing(async () => {
      assert.ok((await errorOf(createSubprocessExec("true", [], { uid: 0 }))) instanceof PermissionError);
    }), { skip: process.getuid?.() === 0 ? "root may" : false });
});

describe("a child process with options that cannot be right", () => {
  it("is refused at the call", () => {
    const nul: [string, () => unknown][] = [
      ["the program", () => createSubprocessExec("a\0b")],
      ["argument 1", () => createSubprocessExec("true", ["a", "b\0"])],
      ["the command", () => createSubprocessShell("true \0")],
      ["cwd", () => createSubprocessExec("true", [], { cwd: "/\0" })],
      ["the variable A", () => createSubprocessExec("true", [], { env: { A: "\0" } })],
      ["a variable's name", () => createSubprocessExec("true", [], { env: { "\0": "" } })],
    ];
    for (const [what, start] of nul) {
      assert.throws(start, { name: "RangeError", message: `Cannot start a process: ${what} must not contain NUL` });
    }
    const wrong: [SubprocessOptions, RegExp][] = [
      [{ stdin: -1 }, /^RangeError: .* stdin must be a file descriptor, which -1 is not$/],
      [{ stdout: 1.5 }, /^RangeError: .* stdout must be a file descriptor/],
      [{ stdout: STDOUT as never }, /^RangeError: .* STDOUT is for stderr only, not for stdout$/],
      [{ stdin: "pipe" as never }, /^TypeError: .* stdin must be PIPE, DEVNULL, "inherit" or a file descriptor, got/],
      [{ stderr: null as never }, /^TypeError: .* stderr must be/],
      [{ cwd: 7 as never }, /^TypeError: .* cwd must be a string/],
      [{ cwd: new URL("http://localhost/") }, /^RangeError: .* a path or a file: URL was expected/],
      [{ env: "A=1" as never }, /^TypeError: .* env must be an object/],
      [{ env: { A: 1 as never } }, /^TypeError: .* the variable A must be a string/],
      [{ env: { "A=B": "" } }, /^RangeError: .* "A=B" is no name of a variable$/],
      [{ env: { "": "" } }, /^RangeError: .* "" is no name of a variable$/],
      [{ uid: -1 }, /^RangeError: .* uid must be a whole number/],
      [{ gid: "0" as never }, /^TypeError: .* gid must be a number/],
      [{ startNewSession: 1 as never }, /^TypeError: .* startNewSession must be true or false/],
      [{ limit: 0 }, /^RangeError: .* the limit must be > 0/],
    ];
    for (const [options, expected] of wrong) assert.throws(() => createSubprocessExec("true", [], options), says(expected));
    assert.throws(() => createSubprocessExec(""), says(/^RangeError: .* the program must not be empty$/));
    assert.throws(() => createSubprocessExec(7 as never), says(/^TypeError: .* the program must be a string/));
    assert.throws(() => createSubprocessExec("true", "args" as never), says(/^TypeError: .* must be an array of strings/));
    assert.throws(() => createSubprocessExec("true", [1 as never]), says(/^TypeError: .* argument 0 must be a string/));
    assert.throws(() => createSubprocessShell(["true"] as never), says(/^TypeError: .* the command must be a string/));
  });

  it("is refused by the methods of the loop too", () =>
    runHost(async (loop) => {
      assert.throws(() => loop.subprocessExec(null as never, "true"), TypeError);
      assert.throws(() => loop.subprocessShell(() => ({}), "a\0"), RangeError);
      await assert.rejects(
        loop.subprocessExec(() => {
          throw new Error("no protocol");
        }, "true").then(() => {}),
        /no protocol/,
      );
    }));
});

function says(expected: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.match(String(error), expected);
    return true;
  };
}

describe("a signal that is none", () => {
  it("is refused at the call, and the child is left alone", () =>
    leavingNothing(async () => {
      const child = await createSubprocessExec("sleep", ["30"]);
      for (const name of ["SIGFOO", "TERM", "sigterm", ""]) {
        assert.throws(() => child.sendSignal(name as SignalName), {
          name: "RangeError",
          message: /^Cannot send .*: it is the name of no signal/,
        });
      }
      for (const name of [15, null, undefined]) assert.throws(() => child.sendSignal(name as never), TypeError);
      assert.equal(child.returncode, null);
      child.kill();
      assert.throws(() => child.sendSignal("SIGFOO"), RangeError);
      assert.equal(await child.wait(), -9);
    }));
});

describe("starting a process that is cancelled", () => {
  it("leaves nothing running, whenever that is", () =>
    leavingNothing(async () => {
      await withFolder(async (folder) => {
        for (let turns = 0; turns < 12; turns++) {
          const options = { stdin: PIPE, stdout: PIPE, stderr: turns % 2 === 0 ? STDOUT : PIPE } as const;
          const task = createTask(() => createSubprocessExec("sh", ["-c", `exec sleep 300 >${folder}/${turns}`], options));
          for (let turn = 0; turn < turns; turn++) await sleep(0);
          task.cancel();
          try {
            const child = await task;
            child.kill(); // it was there already
            await child.wait();
          } catch (error) {
            assert.ok(isCancelled(error));
          }
        }
      });
    }));
});
