/** Whole programs, as child processes: how they live and how they end. */

import { type Ended, runProgram, startProgram } from "../_kit/program.ts";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";

function program(name: string): URL {
  return new URL(`./${name}.ts`, import.meta.url);
}

/** Checks that a program ended well, having said `lines` and nothing on stderr. */
function assertEnded(ended: Ended, lines: readonly string[]): void {
  assert.equal(ended.stderr, "");
  assert.deepEqual(ended.stdout.trimEnd().split("\n"), lines);
  assert.deepEqual([ended.code, ended.signal], [0, null]);
}

describe("The default loop", () => {
  it("keeps the process alive while tasks are pending", async () => {
    assertEnded(await runProgram(program("keeps_alive")), ["end of the module", "step 1", "step 2", "step 3", "generator done"]);
  });

  it("keeps the process alive while a timer is pending", async () => {
    assertEnded(await runProgram(program("timer_keeps_alive")), ["task done", "timer"]);
  });

  it("lets the process end when it has nothing to do", async () => {
    assertEnded(await runProgram(program("lets_end"), { limit: 10_000 }), ["end of the module", "timer"]);
  });

  it("lets it end, and reports, when a task ends while it is at rest", async () => {
    const { code, stdout, stderr } = await runProgram(program("foreign_end"), { limit: 10_000 });
    assert.equal(stdout.trimEnd(), "ended");
    assert.equal(stderr.match(/Task exception was never retrieved/g)?.length, 1, stderr);
    assert.equal(code, 0);
  });

  it("serves everything that waits, at top level", async () => {
    const ended = await runProgram(program("top_level"), { limit: 10_000 });
    assert.equal(ended.stderr, "");
    assert.equal(ended.stdout.trimEnd().split("\n").at(-1), "getRunningLoop refuses");
    assert.equal(ended.code, 0);
  });

  it("reports what failed and was not looked at, when it falls idle", async () => {
    const { code, stdout, stderr } = await runProgram(program("reports_at_rest"), { limit: 10_000 });
    assert.deepEqual(stdout.trimEnd().split("\n"), ["seen", "still here"]);
    assert.equal(stderr.match(/Task exception was never retrieved/g)?.length, 2, stderr);
    assert.match(stderr, /name='loser'/);
    assert.match(stderr, /lost by an async function/);
    assert.match(stderr, /lost by a generator/);
    assert.doesNotMatch(stderr, /seen/);
    assert.equal(code, 0);
  });

  it("does not keep the foreign store of the code that used it first", async () => {
    assertEnded(await runProgram(program("first_store")), ["callback: none", "task: none"]);
  });
});

describe("run()", () => {
  for (const colour of ["async", "generator", "foreign"]) {
    it(`keeps the process alive while main waits (${colour})`, async () => {
      const { code, stdout } = await runProgram(program("pending_main"), { args: [colour] });
      assert.deepEqual([code, stdout.trim()], [7, "still alive"]);
    });
  }

  it("ends the process as any error does when main fails, after the clean-up", async () => {
    const { code, stdout, stderr } = await runProgram(program("failing_main"));
    assert.equal(code, 1);
    assert.equal(stdout.trim(), "cleaned up");
    assert.match(stderr, /main has failed/);
  });

  it("reports a failure when its future is collected", async () => {
    assertEnded(await runProgram(program("collected")), ["Future exception was never retrieved: Error: lost", "before the end", "end"]);
  });
});

describe("SIGINT", () => {
  it("cancels main, and run cleans up", async () => {
    const child = startProgram(program("interrupted"), { args: ["async"] });
    await child.waitFor("waiting");
    child.kill("SIGINT");
    const { code, stdout } = await child.ended;
    assert.deepEqual(stdout.trimEnd().split("\n"), [
      "waiting",
      "cancelled: interrupted by SIGINT",
      "child cleaned up",
      "run threw CancelledError",
    ]);
    assert.equal(code, 3);
  });

  it("cancels a main that is a generator", async () => {
    const child = startProgram(program("interrupted"), { args: ["generator"] });
    await child.waitFor("waiting");
    child.kill("SIGINT");
    const { code, stdout } = await child.ended;
    assert.deepEqual(stdout.trimEnd().split("\n"), ["waiting", "main cleaned up", "run threw CancelledError"]);
    assert.equal(code, 3);
  });

  it("the second time has the host's default effect", async () => {
    const child = startProgram(program("interrupted"), { args: ["stubborn"] });
    await child.waitFor("waiting");
    child.kill("SIGINT");
    await child.waitFor("going on");
    child.kill("SIGINT");
    assertInterrupted(await child.ended);
  });

  it("has the host's default effect with signals: false, and after the run", async () => {
    for (const [name, args] of [["interrupted", ["plain"]], ["after_run", []]] as const) {
      const child = startProgram(program(name), { args });
      await child.waitFor("waiting");
      child.kill("SIGINT");
      const ended = await child.ended;
      assertInterrupted(ended);
      assert.doesNotMatch(ended.stdout, /cancelled|not interrupted/);
    }
  });
});

function assertInterrupted({ code, signal }: Ended): void {
  assert.ok(signal === "SIGINT" || code === 130, `code ${code}, signal ${signal}`);
}

describe("Misuse", () => {
  it("is an error each time, and nothing hangs or is left behind", async () => {
    const { code, stdout, stderr } = await runProgram(program("bad_input"), { limit: 25_000 });
    assert.match(stdout, /^0 of \d+ went wrong\nend$/m);
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });
});

describe("Virtual time", () => {
  for (const colour of ["generator", "async"]) {
    it(`leaves the host its turns while tasks spin (${colour}, ${runtimeName})`, async () => {
      assertEnded(await runProgram(program("spinning"), { args: [colour], limit: 5000 }), ["end"]);
    });
  }
});
