import { existsSync } from "node:fs";
import process from "node:process";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";
import { type DescriptorFeature, GAPS } from "../conformance/host_gaps.ts";

describe("a process without a free descriptor", () => {
  it("is told so by its connects, and its server accepts again when there are some", async () => {
    const has = (feature: DescriptorFeature): boolean => !GAPS[runtimeName].descriptors!.includes(feature);
    const { code, stdout, stderr } = await runProgram(new URL("./_without_descriptors.ts", import.meta.url), { descriptors: 64 });
    assert.deepEqual(stdout.trimEnd().split("\n"), [
      "before: hello hello",
      "no descriptors: EMFILE",
      `connect: ${has("reason") ? "OSError EMFILE" : "ConnectionRefusedError ECONNREFUSED"}`,
      "those who are connected: hello",
      "those who are connected: hello",
      `the one who came meanwhile: ${has("waiting") ? "hello" : "was closed"}`,
      "afterwards: hello",
      `reports: ${has("report") ? "socket.accept() out of system resource: EMFILE" : ""}`,
      "the end",
    ], stderr);
    assert.equal(code, 0);
  }, { skip: !(process.platform !== "win32" && existsSync("/dev/null")) && "there is no shell to set the limit" });
});
