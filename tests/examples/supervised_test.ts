import process from "node:process";
import { assert, describe, it } from "../_kit/mod.ts";
import { type Ended, runProgram, startProgram } from "../_kit/program.ts";

const SUPERVISED = new URL("../../docs/examples/supervised.ts", import.meta.url);

/** The processes that it started; all of them must have ended. */
function checkEnded({ stdout }: Ended): void {
  const started = [...stdout.matchAll(/ is process (\d+)\n/g)].map(([, pid]) => Number(pid));
  assert.ok(started.length >= 3);
  for (const pid of started) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  assert.match(stdout, /all processes have ended\n/);
}

describe("the supervised pipeline of processes", () => {
  it("starts a crashed source again, and loses nothing", async () => {
    const ended = await runProgram(SUPERVISED, { args: ["500"] });
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    const numbers = Array.from({ length: 500 }, (_, index) => index + 1).filter((number) => !String(number).includes("7"));
    const sum = numbers.reduce((total, number) => total + number, 0);
    const crashes = [13, 113, 213, 313, 413].map((last) => `the source ended with -9 after ${last}; it is started again`);
    assert.deepEqual(ended.stdout.split("\n").filter((line) => !line.includes(" is process ")), [
      ...crashes,
      "all processes have ended",
      `${numbers.length} numbers without a 7, their sum is ${sum}`,
      "",
    ]);
    checkEnded(ended);
  });

  it("ends in an orderly way when it is interrupted", async () => {
    const program = startProgram(SUPERVISED, { args: ["1000000000"] });
    await program.waitFor("after 213");
    program.kill("SIGINT");
    const ended = await program.ended;
    assert.deepEqual([ended.code, ended.stderr], [130, ""]);
    checkEnded(ended);
  });

  it("gives up when another stage ends early", async () => {
    const program = startProgram(SUPERVISED, { args: ["1000000000"] });
    const [, pid] = await program.find(/the sink is process (\d+)\n/);
    await program.waitFor("the source is process ");
    process.kill(Number(pid), "SIGKILL");
    const ended = await program.ended;
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^given up: .*the sink ended with -9/);
    checkEnded(ended);
  });

  it("refuses a limit that is none", async () => {
    const { code, stderr } = await runProgram(SUPERVISED, { args: ["few"] });
    assert.match(stderr, /Cannot count up to few/);
    assert.equal(code, 2);
  });
});
