import { closingLine, readCounts, readSkipped } from "../../scripts/_test_all/counts.ts";
import { assert, describe, it } from "../_kit/mod.ts";

const DENO = `
Kit > is skipped (skipped: because) ... ignored (0ms)
ok | 3 passed | 0 failed | 1 ignored (121ms)
`;
const DENO_FAILED = `
FAILED | 4 passed (2 steps) | 3 failed (1 step) | 1 ignored (211ms)

error: Test failed
`;
const BUN = `
(skip) Kit > is skipped (skipped: because)
 4 pass
 1 skip
 3 fail
 1 error
Ran 8 tests across 2 files. [211.00ms]
`;
const NODE = `
✔ Kit > passes (1.445184ms)
﹣ Kit > is skipped (0.109272ms) # because
ℹ tests 8
ℹ pass 4
ℹ fail 3
ℹ cancelled 1
ℹ skipped 1
ℹ todo 0
`;

describe("the gate's counts", () => {
  it("are read from each runner's closing lines", () => {
    assert.deepEqual(readCounts("deno", DENO), { passed: 3, failed: 0, skipped: 1 });
    assert.deepEqual(readCounts("deno", DENO_FAILED), { passed: 4, failed: 3, skipped: 1 });
    assert.deepEqual(readCounts("bun", BUN), { passed: 4, failed: 3, skipped: 1 });
    assert.deepEqual(readCounts("node", NODE), { passed: 4, failed: 4, skipped: 1 });
    assert.deepEqual(readCounts("node", NODE.replaceAll("ℹ", "#")), { passed: 4, failed: 4, skipped: 1 });
  });

  it("are read from the last closing line of a script", () => {
    assert.deepEqual(readCounts("script", "1 passed, 1 failed\nnoise\n\x1b[32m12 passed, 0 failed\x1b[0m\n"), {
      passed: 12,
      failed: 0,
      skipped: 0,
    });
    assert.deepEqual(readCounts("script", "2 passed, 0 failed, 3 skipped"), { passed: 2, failed: 0, skipped: 3 });
  });

  it("are undefined where nothing was counted", () => {
    for (const printer of ["deno", "bun", "node", "script"] as const) assert.equal(readCounts(printer, "crashed\n"), undefined);
    assert.equal(readCounts("deno", "12 passed, 0 failed"), undefined);
  });

  it("name the skipped cases", () => {
    assert.deepEqual(readSkipped("deno", DENO), ["Kit > is skipped (skipped: because)"]);
    assert.deepEqual(readSkipped("bun", BUN), ["Kit > is skipped (skipped: because)"]);
    assert.deepEqual(readSkipped("node", NODE), ["Kit > is skipped # because"]);
  });

  it("close with a line that speaks of skipped cases only where there are some", () => {
    assert.equal(closingLine({ passed: 2, failed: 1, skipped: 0 }), "2 passed, 1 failed");
    assert.equal(closingLine({ passed: 2, failed: 1, skipped: 4 }), "2 passed, 1 failed, 4 skipped");
  });
});
