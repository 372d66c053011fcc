import { existsSync } from "node:fs";
import process from "node:process";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";
import { runProgram } from "../_kit/program.ts";

/** What each host does where no descriptor is left. */
interface Flags {
  /** An attempt to connect tells why it failed. */
  readonly tellsWhy: boolean;
  /** Connections that cannot be accepted wait; else the host closes them. */
  readonly keepsWaiting: boolean;
  /** The library is told that a connection could not be accepted. */
  readonly reports: boolean;
}

const FLAGS: Readonly<Record<typeof runtimeName, Flags>> = {
  deno: { tellsWhy: true, keepsWaiting: true, reports: true },
  bun: { tellsWhy: false, keepsWaiting: true, reports: false },
  node: { tellsWhy: true, keepsWaiting: false, reports: false },
};

describe("a process without a free descriptor", () => {
  it("is told so by its connects, and its server accepts again when there are some", async () => {
    const { tellsWhy, keepsWaiting, reports } = FLAGS[runtimeName];
    const { code, stdout, stderr } = await runProgram(new URL("./_without_descriptors.ts", import.meta.url), { descriptors: 64 });
    assert.deepEqual(stdout.trimEnd().split("\n"), [
      "before: hello hello",
      "no descriptors: EMFILE",
      `connect: ${tellsWhy ? "OSError EMFILE" : "ConnectionRefusedError ECONNREFUSED"}`,
      "those who are connected: hello",
      "those who are connected: hello",
      `the one who came meanwhile: ${keepsWaiting ? "hello" : "was closed"}`,
      "afterwards: hello",
      `reports: ${reports ? "socket.accept() out of system resource: EMFILE" : ""}`,
      "the end",
    ], stderr);
    assert.equal(code, 0);
  }, { skip: !(process.platform !== "win32" && existsSync("/dev/null")) && "there is no shell to set the limit" });
});
