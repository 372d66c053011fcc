import { assert, describe, it } from "../_kit/mod.ts";
import { runProgram, startProgram } from "../_kit/program.ts";

const PRIMES = new URL("../../docs/examples/primes.ts", import.meta.url);

describe("the sieve of primes", () => {
  it("counts right, and says how far it is", async () => {
    const { code, stdout } = await runProgram(PRIMES, { args: ["1000000"] });
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines.length, 22);
    assert.match(lines[0]!, /^ {2}5 % /);
    assert.deepEqual(lines.slice(-3), ["100 %  78498 primes", "the threads have ended", "there are 78498 primes below 1000000"]);
    assert.equal(code, 0);
  });

  it("ends in an orderly way when it is interrupted", async () => {
    const child = startProgram(PRIMES, { args: ["200000000"] });
    await child.waitFor("%");
    child.kill("SIGINT");
    const { code, stdout } = await child.ended;
    assert.match(stdout, /interrupted after \d+ of 20 chunks\nthe threads have ended\n$/);
    assert.equal(code, 130);
  }, { timeout: 60_000 });

  it("refuses a limit that is none", async () => {
    const { code, stderr } = await runProgram(PRIMES, { args: ["many"] });
    assert.match(stderr, /Cannot sieve up to many/);
    assert.equal(code, 2);
  });
});
