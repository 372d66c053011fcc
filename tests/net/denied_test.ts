import process from "node:process";
import { fileURLToPath } from "node:url";
import { assert, describe, it, runtimeName } from "../_kit/mod.ts";

const PROGRAM = fileURLToPath(new URL("./_denied.ts", import.meta.url));

/** What the program prints with these permissions. Not by node:child_process: on Deno that gives a Deno without any all of them. */
async function run(...flags: readonly string[]): Promise<readonly string[]> {
  const args = ["run", "--no-prompt", "--no-check", ...flags, PROGRAM, PROGRAM];
  const { code, stdout, stderr } = await new Deno.Command(process.execPath, { args, env: { NO_COLOR: "1" }, stdin: "null" }).output();
  const decoder = new TextDecoder();
  assert.deepEqual([code, decoder.decode(stderr)], [0, ""]);
  return decoder.decode(stdout).trim().split("\n");
}

const DENIED = "PermissionError EPERM NotCapable";

if (runtimeName === "deno") {
  describe("what Deno does not permit", () => {
    it("is a PermissionError where it is asked for, never an uncaught error later", async () => {
      assert.deepEqual(await run(), [
        `server: ${DENIED}`,
        `shared server: ${DENIED}`,
        `connection: ${DENIED}`,
        `connection from an address: ${DENIED}`,
        `connection to a name: ${DENIED}`,
        `datagrams: ${DENIED}`,
        `file: ${DENIED}`,
      ]);
    });

    it("is so for each place and each kind by itself", async () => {
      assert.deepEqual(await run("--allow-net=127.0.0.1", "--deny-net=127.0.0.1:9"), [
        "server: done",
        "shared server: done",
        `connection: ${DENIED}`,
        `connection from an address: ${DENIED}`,
        `connection to a name: ${DENIED}`,
        "datagrams: done",
        `file: ${DENIED}`,
      ]);
    });
  });
}
