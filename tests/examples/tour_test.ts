import { assert, describe, it } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";

const TOUR = new URL("../../docs/examples/tour.ts", import.meta.url);

describe("the tour", () => {
  it("tells its story in order, counts right and exits with 0", async () => {
    const { code, stdout, stderr } = await runProgram(TOUR);
    assert.equal(code, 0, stderr);
    const story = [
      "the server listens on port",
      "200 clients send 20 lines each",
      "all of them are done: 4000 answers, over 200 connections at once",
      "main cancels the slow client",
      "cancelled in the middle of reading a line",
      "said goodbye over its socket",
      "no answer in 100 ms, gave up",
      "a group of 4 workers: job 20 cannot be done, so the 3 others were stopped",
      "the server is closed",
      "206 clients served, 4000 lines answered, 1 client cancelled, 1 goodbye received,",
      "1 timeout, 0 connections left open",
    ];
    let from = 0;
    for (const part of story) {
      const at = stdout.indexOf(part, from);
      assert.ok(at >= 0, `"${part}" is missing after position ${from} of:\n${stdout}`);
      from = at;
    }
    assert.equal(stderr, "");
  });
});
