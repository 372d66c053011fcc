import * as core from "../../src/without_io/mod.ts";
import * as whole from "../../mod.ts";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";
import { followsAwait, results } from "./programs/tasks.ts";

/** What programs/tasks.ts finds wherever it runs. */
const EXPECTED = {
  generator: [[true, "cleaned up", true], true, ["RangeError: bad"], 6, "foreign", [1, 2]],
  async: [
    [true, true, "cleaned up", true, true, true],
    true,
    ["cleaned up", true, 0, "in time"],
    ["RangeError: bad"],
    [true, "the outer body goes on", true],
    ["a has the lock", "b has the lock", 1, 0, "b is notified", "a is notified"],
    [[1, 2, 3, 4], ["fast", "slow", 0, 1]],
    ["task", "main", "main", "main"],
    [true],
    true,
  ],
  outside: ["slept", ["a", "b"], null],
};

describe("tsyncio/core", () => {
  it("shares all but its loop with the whole library", () => {
    const own = ["EventLoop", "Runner", "getEventLoop", "getRunningLoop", "newEventLoop", "run"];
    const different = Object.entries(core).filter(([name, value]) => value !== (whole as Record<string, unknown>)[name]);
    assert.deepEqual(different.map(([name]) => name).sort(), own);
    assert.ok(new whole.EventLoop() instanceof core.EventLoop);
  });

  it("lacks only input, output, processes, executors and signals, and their errors", () => {
    const missing = Object.keys(whole).filter((name) => !(name in core));
    const io =
      /^(open|start)|Server|Stream|Protocol|Transport|Connection|S[Ss][Ll]|(OS|Pipe|File|Permission|Process|AddressInfo|Incomplete|Limit)\w*Error$/;
    const others =
      /Executor|Sendfile|Subprocess|^AI_|^(Process|PIPE|STDOUT|DEVNULL|signals|toThread|runCoroutineThreadsafe|moduleFunctions|cancelRequested|transfer)$/;
    assert.deepEqual(missing.filter((name) => !io.test(name) && !others.test(name)), []);
  });

  it("runs tasks of the whole library, and the other way round", async () => {
    const work = (): Promise<number> => core.run(async () => await core.gather([whole.sleep(1, 1)]).then(([one]) => one));
    assert.equal(await work(), 1);
    assert.equal(await whole.run(async () => await core.timeout(1000, () => core.sleep(1, 2))), 2);
  });

  it("works on this host, where whatever code awaits can be followed", async () => {
    assert.equal(await followsAwait(), true);
    assert.deepEqual(await results(), EXPECTED);
  });

  it("works where nothing of a host is left but timers, messages and the clock", async () => {
    const { code, stdout, stderr } = await runProgram(new URL("./programs/bare_world.ts", import.meta.url));
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(JSON.parse(stdout), { left: [], followsAwait: false, ...EXPECTED });
  });

  it("works in a realm with nothing but the language, timers and the clock", async () => {
    const { code, output } = await runInRealm(fileURLToPath(new URL("./programs/vm_world.mjs", import.meta.url)));
    assert.equal(code, 0, output);
    assert.deepEqual(JSON.parse(output), { left: [], followsAwait: false, ...EXPECTED });
  }, { skip: runtimeName === "node" ? false : "only Node links the modules of a realm of one's own" });
});

function runInRealm(program: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ["--no-warnings", "--experimental-vm-modules", program], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => output += text);
  return new Promise((resolve, reject) => child.on("error", reject).on("close", (code) => resolve({ code, output })));
}
