import process from "node:process";
import { runProcess } from "../../scripts/_test_all/run_process.ts";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";

const AMPLE = 20_000;

function program(code: string): readonly [string, string, string] {
  return [process.execPath, runtimeName === "deno" ? "eval" : "-e", code];
}

describe("a part of the gate", () => {
  it("gives its exit code and what it printed on both streams", async () => {
    const ended = await runProcess(program('console.log("out"); console.error("err"); process.exitCode = 3;'), process.env, AMPLE);
    assert.equal(ended.code, 3);
    assert.deepEqual(ended.output.trim().split("\n").sort(), ["err", "out"]);
    assert.equal(ended.trouble, undefined);
  });

  it("is ended at its limit", async () => {
    const ended = await runProcess(program("setInterval(() => {}, 1000);"), process.env, 100);
    assert.deepEqual(ended, { code: null, output: "", trouble: "it did not end within 0.1 s" });
  });

  it("is in trouble when it cannot be started", async () => {
    const ended = await runProcess(["/no/such/program"], process.env, AMPLE);
    assert.equal(ended.code, null);
    assert.match(ended.trouble ?? "", /^it could not be started: /);
  });
});
