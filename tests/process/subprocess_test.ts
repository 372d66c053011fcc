import * as fs from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import {
  createSubprocessExec,
  createSubprocessShell,
  createTask,
  DEVNULL,
  gather,
  isCancelled,
  PIPE,
  type Process,
  ProcessLookupError,
  RuntimeError,
  sleep,
  STDOUT,
  type SubprocessOptions,
} from "../../mod.ts";
import { assert, describe, it } from "../_kit/mod.ts";
import { runHost } from "../_kit/loop.ts";
import { runProgram, startProgram } from "../_kit/program.ts";
import { eventually, isAlive, openDescriptors, openedOnce, text, withFolder } from "./_support.ts";

/** What a shell script writes to its stdout, to its end. */
async function outputOf(script: string, options: SubprocessOptions = {}): Promise<string> {
  const child = await createSubprocessExec("sh", ["-c", script], { stdout: PIPE, ...options });
  const [stdout] = await child.communicate();
  assert.equal(child.returncode, 0);
  return text(stdout)!;
}

/** Starts a script, and waits for the first line that it prints. */
async function startTelling(script: string, options: SubprocessOptions = {}): Promise<{ child: Process; line: string }> {
  const child = await createSubprocessExec("sh", ["-c", script], { stdout: PIPE, ...options });
  return { child, line: text(await child.stdout!.readLine())!.trim() };
}

const program = (name: string): URL => new URL(`./programs/${name}.ts`, import.meta.url);

describe("the streams of a child", () => {
  it("are pipes, each of its own", () =>
    runHost(async () => {
      const child = await createSubprocessShell("cat; echo error >&2", { stdin: PIPE, stdout: PIPE, stderr: PIPE });
      assert.deepEqual((await child.communicate("input")).map(text), ["input", "error\n"]);
    }));

  it("can be nothing", () =>
    runHost(async () => {
      const child = await createSubprocessShell("cat; echo lost; echo lost >&2", { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL });
      assert.deepEqual([child.stdin, child.stdout, child.stderr], [null, null, null]);
      assert.deepEqual(await child.communicate(), [null, null]);
      assert.equal(child.returncode, 0);
    }));

  it("can be those of this process, which is what they are by default", async () => {
    const { code, stdout, stderr } = await runProgram(program("inherits"));
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "o1\no2\ne2\no3\ne3\n", stderr: "e1\n" });
  });

  it("can be file descriptors", () =>
    withFolder((folder) =>
      runHost(async () => {
        fs.writeFileSync(`${folder}/in`, "from a file");
        const input = fs.openSync(`${folder}/in`, "r");
        const output = fs.openSync(`${folder}/out`, "w");
        const errors = fs.openSync(`${folder}/err`, "w");
        const child = await createSubprocessShell("cat; echo error >&2", { stdin: input, stdout: output, stderr: errors });
        assert.equal(await child.wait(), 0);
        const merged = await createSubprocessShell("printf a; printf b >&2; printf c", { stdout: output, stderr: STDOUT });
        assert.equal(await merged.wait(), 0);
        for (const descriptor of [input, output, errors]) fs.closeSync(descriptor);
        assert.equal(fs.readFileSync(`${folder}/out`, "utf8"), "from a fileabc");
        assert.equal(fs.readFileSync(`${folder}/err`, "utf8"), "error\n");
      })
    ));

  it("can be a pipe and file descriptors at once", () =>
    withFolder((folder) =>
      runHost(async () => {
        const errors = fs.openSync(`${folder}/err`, "w");
        const child = await createSubprocessShell("cat; echo error >&2", { stdin: PIPE, stdout: PIPE, stderr: errors });
        assert.deepEqual((await child.communicate("input")).map(text), ["input", null]);
        fs.closeSync(errors);
        assert.equal(fs.readFileSync(`${folder}/err`, "utf8"), "error\n");
      })
    ));

  it("keep their order when stderr is STDOUT", () =>
    runHost(async () => {
      const script = "i=0; while [ $i -lt 200 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done";
      const expected = Array.from({ length: 200 }, (_, i) => `o${i}\ne${i}\n`).join("");
      assert.equal(await outputOf(script, { stderr: STDOUT }), expected);
      const shell = await createSubprocessShell(script, { stdout: PIPE, stderr: STDOUT });
      assert.deepEqual([shell.stderr, text((await shell.communicate())[0])], [null, expected]);
      const nothing = await createSubprocessShell(script, { stdout: DEVNULL, stderr: STDOUT });
      assert.deepEqual(await nothing.communicate(), [null, null]);
    }));

  it("are the program's own, arguments and all, when stderr is STDOUT", () =>
    runHost(async () => {
      const args = ["%s|", "two words", "$HOME", "`x`", "", "-n", "*", "quo'te\"s", "line\nfeed"];
      const child = await createSubprocessExec("printf", args, { stdout: PIPE, stderr: STDOUT });
      assert.equal(text((await child.communicate())[0]), `${args.slice(1).join("|")}|`);
      const { child: own, line } = await startTelling("echo $$; exec sleep 30", { stderr: STDOUT });
      assert.equal(Number(line), own.pid);
      own.kill();
      assert.equal(await own.wait(), -9);
    }));
});

describe("what a child starts with", () => {
  it("is the environment that it is given, whole", () =>
    runHost(async () => {
      const env = { PATH: process.env["PATH"]!, ONE: "1", EMPTY: "", TWO: "a b=c\nd" };
      for (const stderr of ["inherit", STDOUT] as const) {
        const child = await createSubprocessExec("env", ["-0"], { env, stdout: PIPE, stderr });
        const lines = text((await child.communicate())[0])!.split("\0").filter((line) => line !== "" && !line.startsWith("_="));
        assert.deepEqual(lines.sort(), Object.entries(env).map(([name, value]) => `${name}=${value}`).sort());
      }
    }));

  it("is this process's own environment by default, and PATH is that of env", () =>
    withFolder((folder) =>
      runHost(async () => {
        assert.equal(await outputOf('printf %s "$PATH"'), process.env["PATH"]);
        fs.writeFileSync(`${folder}/a-program`, "#!/bin/sh\necho found\n", { mode: 0o755 });
        for (const stderr of ["inherit", STDOUT] as const) {
          const child = await createSubprocessExec("a-program", [], { env: { PATH: folder }, stdout: PIPE, stderr });
          assert.equal(text((await child.communicate())[0]), "found\n");
        }
      })
    ));

  it("is the folder that is asked for", () =>
    withFolder((folder) =>
      runHost(async () => {
        const inside = `${fs.realpathSync(folder)}/with space`;
        fs.mkdirSync(inside);
        assert.equal(await outputOf("pwd", { cwd: inside }), `${inside}\n`);
        assert.equal(await outputOf("pwd", { cwd: pathToFileURL(inside) }), `${inside}\n`);
        assert.equal(await outputOf("pwd", { cwd: inside, stderr: STDOUT }), `${inside}\n`);
        assert.equal(await outputOf("pwd"), `${process.cwd()}\n`);
      })
    ));

  it("is a program in the folder that is asked for, where the program is a relative path", () =>
    withFolder((folder) =>
      runHost(async () => {
        fs.writeFileSync(`${folder}/program`, "#!/bin/sh\necho here\n", { mode: 0o755 });
        for (const stderr of ["inherit", STDOUT] as const) {
          const child = await createSubprocessExec("./program", [], { cwd: folder, stdout: PIPE, stderr });
          assert.equal(text((await child.communicate())[0]), "here\n");
        }
      })
    ));

  it("is the user and the group that are asked for", () =>
    runHost(async () => {
      for (const stderr of ["inherit", STDOUT] as const) {
        assert.equal(await outputOf("id -u; id -g", { uid: 65534, gid: 65533, stderr }), "65534\n65533\n");
      }
    }), { skip: process.getuid?.() === 0 ? false : "only root may choose a user" });

  it("is a session of its own, when that is asked for", () =>
    runHost(async () => {
      const groups = (startNewSession: boolean): Promise<string> => outputOf("ps -o pid=,pgid=,sid= -p $$", { startNewSession });
      const [pid, group, session] = (await groups(true)).trim().split(/\s+/);
      assert.deepEqual([group, session], [pid, pid]);
      const [other, inherited] = (await groups(false)).trim().split(/\s+/);
      assert.notEqual(other, inherited);
    }));
});

describe("communicate", () => {
  it("comes to no standstill, however much there is", () =>
    runHost(async () => {
      const size = 20_000_000;
      const input = new Uint8Array(size).map((_, index) => index % 251);
      const script = `exec 3<&0; cat <&3 >&2 & head -c ${size} /dev/zero; wait`;
      const child = await createSubprocessShell(script, { stdin: PIPE, stdout: PIPE, stderr: PIPE });
      const [stdout, stderr] = await child.communicate(input);
      assert.equal(child.returncode, 0);
      assert.equal(stdout!.length, size);
      assert.ok(Buffer.from(input).equals(stderr!));
    }));

  it("writes while it reads", () =>
    runHost(async () => {
      const input = new Uint8Array(20_000_000).map((_, index) => index % 251);
      const child = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      const [stdout] = await child.communicate(input);
      assert.ok(Buffer.from(input).equals(stdout!));
    }));

  it("minds no child that does not read its input", () =>
    runHost(async () => {
      for (const script of ["true", "exec 0<&-; echo done", "head -c 10 >/dev/null; exit 3", "kill -9 $$"]) {
        const child = await createSubprocessExec("sh", ["-c", script], { stdin: PIPE, stdout: PIPE });
        const [stdout] = await child.communicate(new Uint8Array(1_000_000));
        assert.equal(text(stdout), script.includes("done") ? "done\n" : "");
        assert.equal(child.returncode, script.includes("exit") ? 3 : script.includes("kill") ? -9 : 0);
      }
    }));

  it("sends an end without input too, and takes text", () =>
    runHost(async () => {
      for (const input of [undefined, "", "text"]) {
        const child = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
        assert.equal(text((await child.communicate(input))[0]), input ?? "");
      }
    }));

  it("refuses input where stdin is no pipe, and what is no data, at the call", () =>
    runHost(async () => {
      const child = await createSubprocessExec("true");
      assert.throws(() => child.communicate("x"), RuntimeError);
      assert.throws(() => child.communicate(7 as never), TypeError);
      assert.deepEqual(await child.communicate(), [null, null]);
    }));

  it("leaves the child alone when it is cancelled, and nothing that was read is lost", () =>
    runHost(async () => {
      const child = await createSubprocessShell("echo first; read line; echo $line", { stdin: PIPE, stdout: PIPE });
      const task = createTask(() => child.communicate());
      while (child.stdin!.isClosing() === false) await sleep(0); // it has begun
      task.cancel();
      await task.catch((error: unknown) => assert.ok(isCancelled(error)));
      assert.equal(child.returncode, null);
      assert.equal(text((await child.communicate())[0]), "first\n\n");
    }));
});

describe("the end of a child", () => {
  it("is told by its return code, again and again, to everybody", () =>
    runHost(async () => {
      const child = await createSubprocessExec("sh", ["-c", "exit 7"]);
      assert.deepEqual(await gather([child.wait(), child.wait(), () => child.wait()]), [7, 7, 7]);
      assert.deepEqual([child.returncode, await child.wait()], [7, 7]);
    }));

  it("is told by the signal's number where one ended it", () =>
    runHost(async () => {
      for (
        const [name, number] of [["SIGKILL", 9], ["SIGTERM", 15], ["SIGHUP", 1], ["SIGUSR2", 12], ["SIGABRT", 6], ["SIGSEGV", 11]] as const
      ) {
        const child = await createSubprocessExec("sleep", ["30"]);
        child.sendSignal(name);
        assert.equal(await child.wait(), process.platform === "linux" || number !== 12 ? -number : child.returncode);
      }
      const trapped = await startTelling("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done");
      trapped.child.terminate();
      assert.equal(await trapped.child.wait(), 5);
      for (const send of [() => trapped.child.terminate(), () => trapped.child.kill(), () => trapped.child.sendSignal("SIGINT")]) {
        await finished(trapped.child);
        assert.throws(send, ProcessLookupError);
      }
    }));

  it("is waited for by whoever wants to; who is cancelled leaves it alone", () =>
    runHost(async () => {
      const child = await createSubprocessExec("sleep", ["30"]);
      const [first, second] = [createTask(() => child.wait()), createTask(() => child.wait())];
      await sleep(0);
      first.cancel();
      await assert.rejects(first.then(() => {}), isCancelled);
      assert.equal(child.returncode, null);
      child.kill();
      assert.equal(await second, -9);
    }));

  it("can be put off by SIGSTOP", () =>
    runHost(async () => {
      const { child } = await startTelling("echo ready; read line; exit 4", { stdin: PIPE });
      child.sendSignal("SIGSTOP");
      child.stdin!.write("go\n");
      child.terminate();
      assert.equal(child.returncode, null);
      child.sendSignal("SIGCONT");
      assert.equal(await child.wait(), -15);
    }));

  it("loses nothing of what it wrote, however late that is read", () =>
    runHost(async () => {
      const children = await gather(
        Array.from({ length: 20 }, (_, n) => () =>
          createSubprocessExec("sh", ["-c", `head -c 50000 /dev/zero; printf ${n}`], { stdout: PIPE })),
      );
      for (const child of children) {
        assert.equal(await child.wait(), 0);
      }
      for (const [n, child] of children.entries()) {
        const all = await child.stdout!.read();
        assert.equal(all.length, 50_000 + String(n).length);
        assert.equal(text(all.subarray(50_000)), String(n));
      }
    }));

  it("is not that of its pipes, which a grandchild may hold", () =>
    runHost(async () => {
      const { child, line } = await startTelling("sleep 30 & echo $!");
      assert.equal(await child.wait(), 0);
      assert.equal(child.stdout!.atEof(), false);
      process.kill(Number(line), "SIGKILL");
      assert.equal((await child.stdout!.read()).length, 0);
    }));
});

/** Waits until its pipes have ended too. */
async function finished(child: Process): Promise<void> {
  await child.stdout?.read();
  await sleep(0);
  await sleep(0);
}

describe("back-pressure", () => {
  it("of a reader that does not read reaches the child", () =>
    runHost(async () => {
      const offered = 300_000_000;
      const child = await createSubprocessExec("head", ["-c", String(offered), "/dev/zero"], { stdout: PIPE, limit: 10_000 });
      await child.stdout!.readExactly(1);
      // Another child writes as much meanwhile, to somebody who reads.
      const other = await createSubprocessShell(`head -c ${offered} /dev/zero | wc -c`, { stdout: PIPE });
      assert.equal(Number(text((await other.communicate())[0])), offered);
      assert.equal(child.returncode, null);
      child.kill();
      await child.wait();
      const rest = (await child.stdout!.read()).length;
      assert.ok(rest < 3_000_000, `${rest} bytes were under way`);
    }));

  it("of a child that does not read reaches the writer", () =>
    runHost(async () => {
      const child = await createSubprocessExec("sleep", ["30"], { stdin: PIPE });
      let written = 0;
      const writing = createTask(async () => {
        for (;;) {
          child.stdin!.write(new Uint8Array(50_000));
          written += 50_000;
          await child.stdin!.drain();
        }
      });
      const other = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      await other.communicate(new Uint8Array(20_000_000));
      assert.ok(written < 2_000_000, `${written} bytes were written`);
      child.kill();
      await assert.rejects(writing.then(() => {}), { name: "BrokenPipeError", code: "EPIPE" });
      assert.equal(await child.wait(), -9);
    }));
});

describe("stop", () => {
  it("lets a child end by itself", () =>
    runHost(async () => {
      const { child } = await startTelling("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done");
      assert.equal(await child.stop(), 3);
      assert.equal(await child.stop(), 3);
      assert.equal(text(await child.stdout!.read()), "bye\n");
    }));

  it("kills one that does not end in time", () =>
    runHost(async (loop) => {
      const { child } = await startTelling("trap '' TERM; echo ready; while :; do sleep 0.01; done");
      const from = loop.time();
      assert.equal(await child.stop({ grace: 100 }), -9);
      assert.ok(loop.time() - from >= 99);
      const second = await startTelling("trap '' TERM; echo ready; while :; do sleep 0.01; done");
      assert.equal(await second.child.stop({ grace: 0 }), -9);
    }));

  it("ends a whole group, also when its leader has ended", () =>
    runHost(async () => {
      const grandchild = "trap 'exit 0' TERM; echo $$; while :; do sleep 0.01; done";
      for (const leader of ["wait", "exit 4"]) {
        const script = `sh -c "${grandchild.replaceAll("$", "\\$")}" & ${leader}`;
        const { child, line } = await startTelling(script, { startNewSession: true });
        assert.ok(isAlive(Number(line)));
        assert.equal(await child.stop({ group: true, grace: 300 }), leader === "wait" ? -15 : 4);
        assert.equal(isAlive(Number(line)), false);
        assert.equal(await child.stop({ group: true }), child.returncode);
      }
      const stubborn = await startTelling(`(trap '' TERM; echo ready; while :; do sleep 0.01; done) & wait`, { startNewSession: true });
      assert.equal(await stubborn.child.stop({ group: true, grace: 50 }), -15);
      assert.equal((await stubborn.child.stdout!.read()).length, 0); // all that held it have ended
    }));

  it("kills at once when it is cancelled", () =>
    runHost(async () => {
      const { child } = await startTelling("trap '' TERM; echo ready; while :; do sleep 0.01; done");
      const task = createTask(() => child.stop({ grace: 20_000 }));
      await sleep(0);
      await sleep(0);
      task.cancel();
      await assert.rejects(task.then(() => {}), isCancelled);
      assert.equal(await child.wait(), -9);
    }));

  it("refuses what cannot be, at the call", () =>
    runHost(async () => {
      const child = await createSubprocessExec("sleep", ["30"]);
      assert.throws(() => child.stop({ grace: -1 }), RangeError);
      assert.throws(() => child.stop({ grace: NaN }), RangeError);
      assert.throws(() => child.stop({ grace: "1" as never }), TypeError);
      assert.throws(() => child.stop({ group: true }), RuntimeError);
      assert.equal(child.returncode, null);
      assert.equal(await child.stop(), -15);
    }));

  it("is what disposing does, which closes the pipes too", () =>
    runHost(async () => {
      await openedOnce();
      const before = openDescriptors();
      const { child, line } = await startTelling("trap 'exit 6' TERM; sleep 30 & echo $!; while :; do sleep 0.01; done", { stdin: PIPE });
      await child[Symbol.asyncDispose]();
      assert.equal(child.returncode, 6);
      process.kill(Number(line), "SIGKILL"); // it held the other end of stdout
      assert.equal((await child.stdout!.read()).length, 0);
      await eventually(() => openDescriptors() <= before);
      await child[Symbol.asyncDispose]();
    }));
});

describe("a program that ends before its child", () => {
  it("ends, and leaves it alone", async () => {
    const child = startProgram(program("leaves_child"), { limit: 15_000 });
    const { code, stdout, stderr } = await child.ended;
    const pid = Number(/^child (\d+)\nrun has ended\n$/.exec(stdout)?.[1]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(isAlive(pid), stdout);
    process.kill(pid, "SIGKILL");
  });
});
