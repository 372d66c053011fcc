import { assert, describe, it } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";

const PIPELINE = new URL("../../docs/examples/pipeline.ts", import.meta.url);

describe("the pipeline", () => {
  it("fetches what can be had, gives up the rest, and leaves nothing open", async () => {
    const { code, stdout, stderr } = await runProgram(PIPELINE);
    assert.deepEqual([code, stderr], [0, ""]);
    for (
      const line of [
        /\/7: attempt 2 was refused/,
        /\/11: attempt 3 was refused/,
        /\/13: attempt 1 took more than/,
        /\/17: attempt 3 took more than/,
      ]
    ) {
      assert.match(stdout, line);
    }
    assert.match(stdout, /ms {2}nothing is left to do\n\n28 pages indexed, 2 given up \(\/11, \/17\), \d+ links found\.\n/);
    const [, attempts, retries] = /(\d+) attempts, (\d+) of them again; 5 refused, \d+ too late\./.exec(stdout) ?? [];
    assert.equal(Number(attempts) - Number(retries), 30);
    assert.ok(Number(retries) >= 7, "a machine that is late may make it more");
    assert.match(stdout, /At most [1-4] connections at once and [1-3] pages waiting; 0 connections left open\.\n$/);
  });
});
